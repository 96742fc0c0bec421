import { z } from "zod";
import { Address } from "../alert/address.ts";
import { parseDuration } from "../alert/duration.ts";
import { DEFAULT_SEVERITIES } from "../alert/severity.ts";

/** A duration such as `15s`, read to milliseconds. */
/** What may be kept to some people in Slack. */
export const PERMISSIONS = [
  "acknowledge",
  "silence",
  "resolve",
  "override",
  "overrule",
  "feedback",
  "subscribe",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const duration = (fallback: string) =>
  z
    .string()
    .refine(isDuration, { error: "is not a duration: write it like 15s, 5m or 7d" })
    .default(fallback)
    .transform(parseDuration);

const secret = (what: string) =>
  z.string().min(1).describe(`${what}. Better from the environment or the File key.`).optional();
const secretFile = (key: string) => z.string().describe(`File that holds \`${key}\`.`).optional();
const url = z.url({ protocol: /^https?$/, error: "is not an http(s) address" });
/** An address that may hold a password: it cannot be printed with it. */
const address = url.transform((text) => Address.parse(text));

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is not a time: write it like "09:00", in quotes' });
const timezone = z.string().refine(isTimeZone, { error: "is not a time zone: write it like Europe/Zurich" });

const tls = z
  .strictObject({
    ca: z.string().optional().describe("PEM file with the authorities to trust besides the system's."),
    cert: z
      .string()
      .optional()
      .describe("PEM file with the client certificate (a proxy certificate may hold the key too)."),
    key: z.string().optional().describe("PEM file with the client key."),
  })
  .describe("Transport security. Certificates are always verified.");

const alertmanager = z.strictObject({
  urls: z
    .union([z.literal("embedded"), z.array(address).min(1)])
    .default("embedded")
    .describe(
      "Addresses of all Alertmanagers: written to all, read from the first that answers; `embedded` keeps alerts in this process.",
    ),
  timeout: duration("10s").describe("How long one request may take."),
  token: secret("Bearer token"),
  tokenFile: secretFile("token"),
  tls: tls.optional(),
  ignoreLabels: z
    .array(z.string())
    .default(["uuid"])
    .describe("Labels that do not count for identity, such as random ids."),
});

const prometheus = z.strictObject({
  url: z
    .union([z.literal("simulated"), address])
    .default("simulated")
    .describe(
      "Base address of Prometheus, VictoriaMetrics, Thanos or Mimir (without /api/v1); `simulated` makes up a CMSWEB.",
    ),
  step: duration("15s").describe("Distance of two points."),
  timeout: duration("30s").describe("How long one query may take."),
  token: secret("Bearer token"),
  tokenFile: secretFile("token"),
  tls: tls.optional(),
});

const store = z.strictObject({
  url: z
    .string()
    .default("./cmswatch-data")
    .describe("A folder (PGlite inside this process) or postgres://user@host/database."),
  password: secret("Password for PostgreSQL"),
  passwordFile: secretFile("password"),
  keep: duration("90d").describe("How long closed anomalies, resolved alerts and deliveries are kept."),
});

const slack = z.strictObject({
  botToken: secret("Bot token, xoxb-…"),
  botTokenFile: secretFile("botToken"),
  appToken: secret("App token, xapp-…: uses Socket Mode"),
  appTokenFile: secretFile("appToken"),
  signingSecret: secret("Signing secret: uses HTTP"),
  signingSecretFile: secretFile("signingSecret"),
  apiUrl: url.optional().describe("Base address of Slack's Web API, for a proxy or an emulator; also SLACK_API_URL."),
  listen: z
    .string()
    .default("127.0.0.1:8421")
    .describe("Address for Slack's HTTP requests (path /slack/events), when signingSecret is set."),
  channels: z
    .record(z.string(), z.string())
    .default({})
    .describe("Channel id per purpose: `default`, `pages`, `digest`, `dqm`, or the name of a service."),
  permissions: z
    .partialRecord(z.enum(PERMISSIONS), z.array(z.string()))
    .default({})
    .describe(
      "Who may do what: action (acknowledge, silence, resolve, override, overrule, feedback, subscribe) → user or user group ids. Not named: everybody.",
    ),
  userGroups: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "Role of a roster (`cmsweb` for its first, `cmsweb/secondary`) → id of the user group that holds whoever has it.",
    ),
  setTopic: z.boolean().default(true).describe("Whether channel topics name who is on call."),
  digest: z
    .strictObject({
      daily: z
        .union([timeOfDay, z.literal("off")])
        .default("08:00")
        .describe("When the morning digest comes, or `off`."),
      weekly: z
        .enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "off"])
        .default("monday")
        .describe("Day on which the weekly noise report comes too, or `off`."),
      timezone: timezone
        .default("Europe/Zurich")
        .describe("Zone of `daily`, and of quiet hours of people whom Slack gives none."),
    })
    .prefault({}),
  remindBefore: duration("15m").describe("How long before its end the owner of a silence is reminded."),
  askBefore: duration("30m").describe(
    "How long before its end an acknowledgement's owner is asked whether it is still worked on.",
  ),
});

const grafana = z.strictObject({
  url: address.optional().describe("Base address of Grafana; without it nothing is annotated."),
  token: secret("Service account token"),
  tokenFile: secretFile("token"),
  tls: tls.optional(),
  dashboardsFor: duration("1h").describe("How long the list of dashboards is cached."),
});

const source = {
  url: address.optional().describe("Where to fetch from."),
  file: z.string().optional().describe("A file to read instead of an address."),
  token: secret("Token of the API"),
  tokenFile: secretFile("token"),
  tls: tls.optional(),
  every: duration("5m").describe("How often to fetch."),
  timeout: duration("60s").describe("How long one fetch may take."),
  maxBytes: z.int().positive().default(100_000_000).describe("Largest answer that is read."),
  filter: z
    .strictObject({
      vo: z.array(z.string()).optional().describe("Only tickets of these virtual organisations."),
      site: z.array(z.string()).optional().describe("Only tickets of these sites, e.g. T1_* or CERN-PROD."),
      status: z.array(z.string()).optional().describe("Only tickets in these states."),
      text: z.array(z.string()).optional().describe("Only tickets with one of these words or phrases."),
    })
    .optional()
    .describe("Which tickets become alerts; without it all that are open."),
};

const tickets = z.strictObject({
  ggus: z
    .strictObject({
      ...source,
      format: z.enum(["csv", "xml"]).default("csv").describe("Format to ask for and to expect."),
      vo: z.string().optional().describe("Only tickets of this virtual organisation."),
    })
    .optional(),
  helpdesk: z
    .strictObject({ ...source, query: z.string().optional().describe("Search expression of the helpdesk.") })
    .optional(),
  ssb: z.strictObject({ ...source, query: z.string().optional().describe("InfluxQL query for outages.") }).optional(),
  jira: z.strictObject({ ...source, query: z.string().optional().describe("JQL query.") }).optional(),
  resolveGuard: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      "A fetch that would resolve more than this share of a source's open tickets is held back, the longer the more it is; 1: never.",
    ),
});

const intelligenceService = z.strictObject({
  name: z.string().describe("Value of the `service` label, e.g. SSB or GGUS."),
  keywordLabel: z.string().describe("Label or annotation that is searched for keywords."),
  severityMap: z.record(z.string(), z.string()).describe("Keyword or phrase → severity."),
  defaultSeverity: z.string().optional().describe("Severity when no keyword is found."),
  annotations: z
    .strictObject({
      keywordLabel: z.string().optional(),
      rules: z
        .array(
          z.strictObject({
            actions: z.array(z.string()),
            systems: z.array(z.string()),
            tags: z.array(z.string()),
          }),
        )
        .default([]),
    })
    .optional()
    .describe("Which dashboards are annotated: an action word AND a system word → dashboards with these tags."),
});

const intelligence = z.strictObject({
  every: duration("1m").describe("How often the pipeline runs."),
  severities: z
    .record(z.string(), z.int())
    .default({ ...DEFAULT_SEVERITIES })
    .describe("Severity → rank, higher is worse."),
  services: z
    .array(intelligenceService)
    .default([])
    .describe("Keyword rules per service; the built-in ones hold for SSB and GGUS."),
  enrich: z
    .enum(["copy", "overlay"])
    .default("overlay")
    .describe(
      "Alerts of others: push an enriched copy and silence the original, or keep the enrichment in the store only.",
    ),
  disable: z.array(z.string()).default([]).describe("Stages to leave out, by name."),
  criticalThreshold: z
    .int()
    .positive()
    .default(5)
    .describe("More urgent alerts than this at once raise an alert of their own."),
  maxSilence: duration("7d").describe("Longest silence that people may make."),
  recurringSilences: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[\w.-]+$/, { error: "may hold letters, digits, ., _ and - only" }),
        cron: z.string().describe("When it starts: `minute hour day month weekday`."),
        timezone: timezone.default("Europe/Zurich"),
        for: duration("1h").describe("How long each lasts, at most `maxSilence`."),
        matchers: z.array(z.string()).min(1).describe('What it hides, e.g. `service="dbs"`.'),
        owner: z.string(),
        reason: z.string(),
        until: z.iso.datetime({ offset: true }).optional().describe("No more are made after this."),
      }),
    )
    .max(200)
    .default([])
    .describe("Silences that come again, e.g. for a weekly intervention."),
});

const detect = z.strictObject({
  detectors: z
    .array(z.string())
    .default(["aefc"])
    .describe(
      "Detectors, by name; of several the first that fits is used. `fleet` fits entities that `by` splits: it compares them with each other, without training.",
    ),
  entities: z
    .array(
      z.strictObject({
        name: z.string().describe("Name of the entity; `{{label}}` is replaced where `by` splits it."),
        service: z.string().describe("Service of the catalogue it belongs to."),
        by: z.array(z.string()).default([]).describe("Labels that split the query into entities, e.g. pod."),
        metrics: z.record(z.string(), z.string()).describe("Metric name → PromQL."),
      }),
    )
    .default([])
    .describe("What is scored. Empty: one entity per service of the catalogue, with its metrics."),
  train: z
    .strictObject({
      history: duration("7d").describe("How much history a model learns from."),
      minimum: duration("2h").describe("With less than this an entity is `learning`."),
      ranges: z
        .strictObject({
          history: duration("0s").describe(
            "How far back ordinary ranges are learnt, in steps of their own; `0s`: only from the history of models. Three days give each hour of the day its range, three weeks each hour of the week: what is odd only for its hour is told apart by them.",
          ),
          step: duration("15m").describe("Distance of its points."),
        })
        .prefault({}),
      every: duration("24h").describe("How often models are trained again; `0s` never."),
      drift: z
        .number()
        .min(0)
        .default(0.5)
        .describe(
          "Models are trained again when the scores of the last days are spread otherwise than those of training by this much (population stability index; the days of training itself differ from each other by up to about 0.5); 0 never.",
        ),
      epochs: z.int().positive().default(30),
      seed: z.int().default(1),
    })
    .prefault({}),
  threshold: z
    .strictObject({
      risk: z
        .number()
        .positive()
        .max(0.1)
        .default(1e-4)
        .describe("Probability of an ordinary point above the threshold (SPOT's q)."),
      open: z.int().positive().default(3).describe("Points over the threshold, of the last `of`, that open an event."),
      of: z.int().positive().default(5),
      close: z
        .number()
        .positive()
        .max(1)
        .default(0.8)
        .describe(
          "An event closes after `of` points in a row below this share of the threshold, or three below half of it.",
        ),
    })
    .prefault({}),
  timezone: timezone
    .default("UTC")
    .describe("Time zone of people's days: hours of the week and holidays are counted in it."),
  holidays: z
    .array(
      z.strictObject({
        from: z.iso.date().describe("First day, e.g. 2026-12-24."),
        to: z.iso.date().optional().describe("Last day; without it the one day."),
        name: z.string().describe("What people call it."),
      }),
    )
    .default([])
    .describe("Days on which ordinary hours do not hold: events that only differ from them rank lower."),
  backend: z
    .enum(["auto", "native", "wasm"])
    .default("auto")
    .describe("What trains networks, see tensorflow.md; also CMSWATCH_DETECT_BACKEND."),
});

const transfers = z.strictObject({
  elasticsearch: z
    .strictObject({
      url: address.describe("Base address of Elasticsearch or OpenSearch."),
      index: z
        .string()
        .min(1)
        .default("monit_prod_cms_rucio_raw_events*")
        .describe("Index, alias or pattern; several by commas."),
      timeField: z.string().default("metadata.timestamp").describe("Date field that events are read in order of."),
      query: z
        .string()
        .default("event_type:(transfer-done OR transfer-failed) OR data.event_type:(transfer-done OR transfer-failed)")
        .describe("Which events, in Lucene's query syntax."),
      every: duration("1m").describe("How often new events are read."),
      timeout: duration("30s").describe("How long one request may take."),
      pageSize: z.int().min(1).max(10_000).default(1000).describe("Events of one request."),
      maxBytes: z.int().positive().default(50_000_000).describe("Largest answer that is read."),
      overlap: duration("2m").describe(
        "Events may be written so much after their time; they are read again, and known again.",
      ),
      catchUp: duration("6h").describe("After a longer absence older events are left out."),
      token: secret("Bearer token"),
      tokenFile: secretFile("token"),
      apiKey: secret("API key, as Elasticsearch gives it encoded"),
      apiKeyFile: secretFile("apiKey"),
      user: z.string().optional().describe("Name, for a password."),
      password: secret("Password of `user`"),
      passwordFile: secretFile("password"),
      tls: tls.optional(),
    })
    .optional()
    .describe("Where Rucio's transfer events are; without it transfers are not watched."),
  rate: z.number().positive().max(0.1).default(0.005).describe("Share of transfers that are called anomalous."),
  model: z.enum(["shrinkage", "lstm"]).default("shrinkage").describe("Which model predicts durations."),
  train: z
    .strictObject({
      transfers: z.int().min(500).default(100_000).describe("How many of the newest transfers a model learns from."),
      minimum: z.int().min(50).default(2000).describe("With fewer it is learning."),
      every: duration("24h").describe("How often it is trained again."),
      seed: z.int().default(1),
    })
    .prefault({}),
});

const dqm = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("Folder with the model that `cmswatch dqm train` made; without it nothing is judged."),
  folder: z.string().optional().describe("Folder that histograms per lumisection come into (CSV, JSON, .gz too)."),
  url: address
    .optional()
    .describe("Address that gives them instead; its path ends like the format: .csv, .json or .jsonl."),
  token: secret("Bearer token"),
  tokenFile: secretFile("token"),
  tls: tls.optional(),
  timeout: duration("60s").describe("How long one fetch may take."),
  maxBytes: z.int().positive().default(1_000_000_000).describe("Largest answer that is read."),
  every: duration("5s").describe("How often to look for new lumisections."),
  causal: z
    .boolean()
    .default(false)
    .describe("Judge a lumisection without those after it; else up to five later ones may still change its verdict."),
  references: z
    .enum(["never", "people", "rule"])
    .default("people")
    .describe(
      "Whose word makes a run that is over a reference: nobody's, that of people (GOOD), or also that of the rule.",
    ),
  exclude: z.string().optional().describe("JSON of ranges that are EXCLUDED whatever they look like."),
  over: duration("15m").describe("A run is over when nothing new came for so long, or a higher run began."),
  open: z.int().positive().default(3).describe("Bad lumisections in a row that raise the run's alert."),
  close: z.int().positive().default(10).describe("Lumisections after them that are not bad that end it."),
  severity: z.string().default("high").describe("Severity of a run's alert."),
});

const web = z.strictObject({
  listen: z.string().default("127.0.0.1:8420").describe("Address of dashboard, API, metrics and webhook."),
  tokens: z
    .array(
      z.strictObject({
        token: z.string().min(16).describe("At least 16 characters. Better from the File key or CMSWATCH_WEB_TOKENS."),
        tokenFile: secretFile("token"),
        name: z.string().describe("Whose it is: shown in the audit log."),
        role: z.enum(["viewer", "operator", "admin"]),
      }),
    )
    .default([])
    .describe("Who may use it from elsewhere than this machine."),
  baseUrl: url.optional().describe("Address that people use; links in messages start with it."),
  advertise: url
    .optional()
    .describe(
      "Address at which other replicas on the same PostgreSQL reach this one; from `listen` unless set. Needed where `listen` is every interface.",
    ),
  proxy: z
    .strictObject({
      addresses: z
        .array(z.string())
        .min(1)
        .default(["127.0.0.1", "::1"])
        .describe(
          "Addresses or networks (10.0.0.0/8) its requests come from; the headers are believed from nowhere else.",
        ),
      userHeader: z.string().default("x-forwarded-user").describe("Header with the name of who signed in."),
      groupsHeader: z.string().default("x-forwarded-groups").describe("Header with that person's groups, by commas."),
      operators: z.array(z.string()).default([]).describe("Names or groups of operators; all others are viewers."),
      admins: z.array(z.string()).default([]).describe("Names or groups of admins."),
    })
    .optional()
    .describe("A proxy in front that signs people in (OIDC) and must itself remove these headers from what comes in."),
});

const template: z.ZodType<Template> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(template), z.record(z.string(), template)]),
);

const ways = z.strictObject({
  email: z
    .strictObject({
      host: z.string().min(1).describe("SMTP server."),
      port: z.int().min(1).max(65_535).default(587),
      security: z
        .enum(["tls", "starttls", "none"])
        .default("starttls")
        .describe(
          "TLS from the first byte (port 465), STARTTLS (it must be offered), or none for a relay on this machine.",
        ),
      user: z.string().optional(),
      password: secret("Password of `user`"),
      passwordFile: secretFile("password"),
      from: z.string().min(3).describe("Sender of pages, e.g. `cmswatch <cmswatch@example.org>`."),
      ca: z.string().optional().describe("Certificate authority in PEM, besides those of the system."),
    })
    .optional()
    .describe("Pages by e-mail."),
  webhooks: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, { error: "may hold small letters, digits and - only" }),
      z.strictObject({
        format: z
          .enum(["template", "pagerduty"])
          .default("template")
          .describe("PagerDuty's Events API v2 needs no body."),
        url: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe("May hold `{{fields}}`."),
        method: z.enum(["POST", "PUT"]).default("POST"),
        headers: z.record(z.string(), z.string()).default({}).describe("May hold `{{fields}}`."),
        body: template.optional().describe("An object is sent as JSON, a text as it is; may hold `{{fields}}`."),
        token: secret("What `{{secret}}` stands for, e.g. PagerDuty's routing key"),
        tokenFile: secretFile("token"),
      }),
    )
    .default({})
    .refine((all) => !("slack" in all || "email" in all), { error: "may not be called slack or email" })
    .describe("Pages by HTTP: an SMS gateway, ntfy, Mattermost, PagerDuty. docs/oncall.md has examples."),
});

const heartbeat = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, { error: "may hold small letters, digits, ., _ and - only" })
    .describe("In its address, `POST /api/v1/heartbeats/NAME`."),
  token: z.string().min(16).describe("At least 16 characters. Better from the File key.").optional(),
  tokenFile: secretFile("token"),
  every: duration("1h").describe("How often it reports."),
  grace: duration("5m").describe("How much later it may be."),
  service: z.string().default("cmsweb").describe("Service of the alert."),
  severity: z.string().default("high").describe("Severity of the alert."),
  owner: z.string().optional().describe("Who is asked; rosters may answer for owners."),
  runbook: url.optional().describe("Address of what to do."),
});

/** A value of JSON whose texts may hold fields. */
type Template = string | number | boolean | null | readonly Template[] | { readonly [key: string]: Template };

/** The whole configuration. Every key has a default, so `{}` is the demo's. */
export const configSchema = z.strictObject({
  alertmanager: alertmanager.prefault({}),
  prometheus: prometheus.prefault({}),
  store: store.prefault({}),
  slack: slack.prefault({}),
  grafana: grafana.prefault({}),
  tickets: tickets.prefault({}),
  intelligence: intelligence.prefault({}),
  detect: detect.prefault({}),
  transfers: transfers.prefault({}),
  dqm: dqm.prefault({}),
  services: z.string().optional().describe("YAML file with the service catalogue; without it CMSWEB's is used."),
  oncall: z.string().optional().describe("YAML file with rosters, rotations, escalation and quiet hours."),
  ways: ways.prefault({}),
  heartbeats: z
    .array(heartbeat)
    .max(500)
    .default([])
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { error: "has a name twice" })
    .refine((all) => all.every(({ token }) => token !== undefined), { error: "needs a token (or tokenFile) for each" })
    .describe("Cron jobs and exporters that report again and again: an alert is raised when one does not."),
  deadMansSwitch: z
    .strictObject({
      url: url.describe(
        "Address outside that alerts when it is not asked for any more, e.g. of a healthchecks service.",
      ),
      every: duration("1m").describe("How often it is asked for."),
    })
    .optional()
    .describe("A sign of life of cmswatch itself; none is sent while it runs without doing its work."),
  runbooks: z.string().optional().describe("Folder with runbooks; without it those that come with cmswatch."),
  web: web.prefault({}),
  log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info") }).prefault({}),
});

/** The configuration after parsing: durations in milliseconds, secrets read from their files. */
export type Config = z.output<typeof configSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}
