import type { Anomaly } from "../../src/alert/anomaly.ts";
import { parseMatcher } from "../../src/alert/matcher.ts";
import { SILENCE_MARK } from "../../src/alert/silence.ts";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { createSimulation } from "../../src/demo/cmsweb/simulation.ts";
import { createSimulatedSource } from "../../src/demo/cmsweb/source.ts";
import { loadRunbooks } from "../../src/intelligence/runbooks/load.ts";
import { createCurrentState } from "../../src/status/current-state.ts";
import type { AlertChange, Store } from "../../src/store/store.ts";
import { createDetails } from "../../src/web/details/details.ts";
import type { WebDetails, WebSources } from "../../src/web/sources.ts";
import { NOW } from "./sample-sources.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const METRICS = ["requests", "latency", "cpu", "memory"] as const;
const ago = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);

/** An anomaly of DBS that began so many milliseconds before NOW. */
export function anomaly(id: string, began: number, lasted: number | null, more: Partial<Anomaly> = {}): Anomaly {
  return {
    id,
    entity: "dbs",
    service: "dbs",
    detector: "aefc",
    modelVersion: "2026-06-15T02:00:00Z-1",
    kind: "point",
    class: "performance",
    openedAt: ago(began),
    updatedAt: ago(0),
    closedAt: lasted === null ? null : ago(began - lasted),
    peakAt: ago(began - MINUTE),
    score: 9.1,
    peakScore: 10.8,
    threshold: 4,
    contributions: [
      { metric: "latency", share: 0.71, seen: 0.42, expected: 0.07 },
      { metric: "cpu", share: 0.24, seen: 7.9, expected: 3 },
      { metric: "requests", share: 0.05, seen: 251, expected: 246 },
    ],
    evidence: [
      "Latency is outside of everything seen in seven days: a point anomaly.",
      "Latency and CPU rise while requests stay as they are: performance.",
    ],
    ...more,
  };
}

const CONTEXT: NonNullable<Anomaly["context"]> = {
  firstMove: { metric: "latency", at: ago(10 * MINUTE), seen: 0.31, usual: 0.07 },
  similar: null,
  members: [
    {
      id: "an-1-a",
      entity: "dbs2go-global-r-6f9bd-x2k4q",
      openedAt: ago(9 * MINUTE),
      closedAt: null,
      peakScore: 9.9,
      metric: "latency",
    },
  ],
  affected: 1,
  scored: 8,
  suspects: [{ service: "couchdb", because: "it went wrong 40 s before, and dbs needs it" }],
  lowered: [{ by: "intervention", muted: false, because: "OTG0054345 covers it in time and system" }],
  course: [],
};

const ANOMALIES = [
  anomaly("an-1", 9 * MINUTE, null, { context: CONTEXT }),
  anomaly("an-2", 3 * DAY, 12 * MINUTE, { peakScore: 7.2 }),
  anomaly("an-3", 6 * DAY, 40 * MINUTE, {
    kind: "contextual",
    contributions: [{ metric: "requests", share: 1, seen: 90, expected: 240 }],
  }),
];

const change = (
  state: AlertChange["state"],
  minutes: number,
  name: string,
  service: string,
  group: string,
): AlertChange => ({
  fingerprint: `${name}-${service}`,
  at: ago(minutes * MINUTE),
  state,
  labels: { alertname: name, service },
  annotations: {},
  groupId: group,
  actor: null,
});
const HISTORY = [
  change("firing", 600, "HighCpu", "das", "g1"),
  change("resolved", 590, "HighCpu", "das", "g1"),
  change("firing", 400, "HighCpu", "das", "g2"),
  change("firing", 300, "DbsDown", "dbs", "g3"),
  change("acknowledged", 299, "DbsDown", "dbs", "g3"),
  change("resolved", 270, "DbsDown", "dbs", "g3"),
  change("silenced", 100, "HighCpu", "das", "g2"),
];

/** The parts of a store that the pages read, on fixed data. */
function sampleStore(): Store {
  const silences = { recent: async () => [ledgerEntry] };
  const ledgerEntry = {
    silenceId: "s-1",
    owner: "Ada Marsh",
    reason: "replica being rebuilt",
    purpose: "manual",
    groupId: null,
    matchers: ['service="couchdb"'],
    startsAt: ago(HOUR),
    endsAt: ago(-3 * HOUR),
    endedAt: null,
    hidden: ["f1", "f2", "f3"],
  };
  const model = (entity: string, version: string, hours: number, active: boolean) => ({
    id: `${entity}-${version}`,
    entity,
    service: entity,
    detector: "aefc",
    version,
    trainedAt: ago(hours * HOUR),
    trainedFrom: ago((hours + 168) * HOUR),
    trainedTo: ago(hours * HOUR),
    metrics: METRICS,
    threshold: 4,
    figures: { loss: 0.0187, "false events a day": 0.2 },
    active,
  });
  const deliveries = [
    {
      id: "p-1",
      groupId: "g1",
      person: "Ada Marsh",
      step: 0,
      sentAt: ago(3 * MINUTE),
      deliveredAt: ago(3 * MINUTE),
      seenAt: null,
      answeredAt: ago(MINUTE),
    },
  ];
  const parts = {
    anomalies: {
      recent: async ({ since, service }: { since: Date; service?: string }) =>
        ANOMALIES.filter((one) => one.openedAt >= since && (service === undefined || one.service === service)),
      get: async (id: string) => ANOMALIES.find((one) => one.id === id) ?? null,
    },
    feedback: {
      list: async ({ subject }: { subject?: string }) =>
        subject === "an-1"
          ? [
              {
                id: "f-1",
                at: ago(5 * MINUTE),
                by: "Luis Ortega",
                kind: "not-anomaly",
                subject,
                details: { reason: "bulk migration" },
                revokedAt: null,
              },
            ]
          : [],
    },
    silences,
    oncall: {
      deliveries: async (groupId: string) => deliveries.filter((one) => one.groupId === groupId),
      deliveriesSince: async (at: Date) => deliveries.filter((one) => one.sentAt >= at),
      overrides: async () => [
        {
          id: "o-1",
          roster: "CMSWEB operators",
          person: "Mira Chen",
          from: ago(-DAY),
          to: ago(-2 * DAY),
          by: "Ada Marsh",
        },
      ],
    },
    models: {
      list: async () => [model("dbs", "v2", 12, true), model("dbs", "v1", 36, false), model("das", "v1", 12, true)],
    },
    audit: {
      about: async () => [],
      since: async () => [],
      recent: async () => [
        {
          at: ago(MINUTE),
          actor: "Ada Marsh",
          via: "slack",
          action: "acknowledge",
          subject: "dbs-latency",
          details: { minutes: 60 },
        },
        {
          at: ago(2 * HOUR),
          actor: "Ada Marsh",
          via: "web",
          action: "silence",
          subject: "s-1",
          details: { reason: "replica being rebuilt" },
        },
      ],
    },
    history: {
      since: async (at: Date) => HISTORY.filter((one) => one.at >= at),
      ofGroup: async (id: string) => HISTORY.filter((one) => one.groupId === id),
    },
    acknowledgements: { active: async () => [{ groupId: "dbs-latency", by: "Ada Marsh", at: ago(6 * HOUR) }] },
  };
  return parts as unknown as Store;
}

const catalogue = loadCatalogue(null);
/** Computed once: no test changes it. */
let state: ReturnType<typeof sampleState> | null = null;

function sampleState() {
  const simulation = createSimulation({ catalogue, seed: 7 });
  simulation.inject({ service: "dbs", kind: "point", from: ago(9 * MINUTE), duration: 10 * MINUTE });
  const usual = createSimulation({ catalogue, seed: 7 });
  const current = createCurrentState(MINUTE);
  const entity = { entity: "dbs", service: "dbs", note: null, threshold: 4, detector: "aefc", modelVersion: "v2" };
  current.setEntity({ ...entity, state: "anomalous", score: 9.1, at: NOW });
  for (let time = NOW.getTime() - 3 * HOUR; time <= NOW.getTime(); time += 30_000) {
    const [seen, expected] = [simulation.sample("dbs", time / 1000), usual.sample("dbs", time / 1000)];
    const edge = (share: number) => METRICS.map((metric) => expected[metric] * share);
    const values = METRICS.map((metric) => seen[metric]);
    current.addPoint("dbs", {
      at: new Date(time),
      score: 1,
      metrics: METRICS,
      values,
      low: edge(0.9),
      high: edge(1.1),
    });
  }
  current.anomalies.set(ANOMALIES.slice(0, 1), NOW);
  const silence = { startsAt: ago(HOUR), updatedAt: ago(HOUR), state: "active" } as const;
  current.silences.set(
    [
      {
        ...silence,
        id: "s-1",
        matchers: [parseMatcher('service="couchdb"'), parseMatcher('severity!="critical"')],
        endsAt: ago(-3 * HOUR),
        createdBy: "cmswatch",
        comment: `replica being rebuilt ${SILENCE_MARK}`,
      },
      {
        ...silence,
        id: "s-2",
        matchers: [parseMatcher('service="dbs"')],
        endsAt: ago(-HOUR),
        createdBy: "karma",
        comment: "known",
      },
    ],
    NOW,
  );
  current.hidden.set("s-1", 2);
  current.tickets.set(
    [
      {
        system: "ssb",
        id: "OTG0054345",
        subject: "Oracle patch for DBS",
        description: "",
        status: "planned",
        priority: null,
        type: "Planned Intervention",
        vo: null,
        site: null,
        cmsSite: null,
        createdAt: ago(DAY),
        updatedAt: null,
        startsAt: ago(100 * MINUTE),
        endsAt: ago(40 * MINUTE),
        url: "https://cern.service-now.com/service-portal?id=outage&n=OTG0054345",
        fields: {},
      },
    ],
    NOW,
  );
  return { current, simulation };
}

const PEOPLE = ["Ada Marsh", "Luis Ortega", "Mira Chen"];

/** Turns of three days, the first of which ends in 19 hours. */
function turnAt(at: Date) {
  const turn = Math.floor((at.getTime() - NOW.getTime() + 3 * DAY - 19 * HOUR) / (3 * DAY));
  const until = new Date(NOW.getTime() + 19 * HOUR + turn * 3 * DAY);
  return {
    roster: "CMSWEB operators",
    person: { name: PEOPLE[turn % 3] ?? "" },
    until,
    because: "rotation of three days",
  };
}

/** The other pages' data on the sample overview: DBS is scored from the simulation, the rest of the world is fixed. */
export function sampleDetails(overview: Pick<WebSources, "services" | "groups">): WebDetails {
  state ??= sampleState();
  const { current, simulation } = state;
  return createDetails({
    catalogue,
    current,
    store: sampleStore(),
    source: createSimulatedSource(simulation, () => NOW),
    actions: {
      preview: async (matchers) => ({
        now: matchers.length,
        pastWeek: 12,
        examples: ["HighCpu", "DbsDown"],
        warning: matchers.length === 1 ? "This hides all alerts of a service." : null,
        caveat: null,
      }),
    },
    runbookOf: (service) =>
      service === "das"
        ? { id: "das-down", title: "DAS", url: "/runbooks/das-down", firstSteps: ["Look."], confidence: 1 }
        : null,
    runbooks: loadRunbooks(null),
    oncall: async (_, at) => [
      turnAt(at),
      { roster: "Data management", person: null, until: null, because: "nobody is on the roster" },
    ],
    clock: () => NOW,
    demo: true,
    overview,
  });
}
