import { loadCatalogue } from "../../src/config/catalogue.ts";
import type { InjectionKind } from "../../src/demo/cmsweb/injection.ts";
import { createSimulation } from "../../src/demo/cmsweb/simulation.ts";
import type { WebAction } from "../../src/web/actions.ts";
import type { Actor, Topic, WebSources } from "../../src/web/sources.ts";
import type { GroupView, ServiceView, StatusView } from "../../src/web/views.ts";

export const NOW = new Date("2026-06-15T14:00:00Z");
const MINUTE = 60_000;
const STEP = 60;
const catalogue = loadCatalogue(null);
const before = (milliseconds: number) => new Date(NOW.getTime() - milliseconds).toISOString();

/** Computed once: they are the same in every test. */
let views: readonly ServiceView[] | null = null;

/** A simulated CMSWEB with three things wrong, shown through a crude score; remembers what was done. */
export function sampleSources() {
  const simulation = createSimulation({ catalogue, seed: 7 });
  const wrong = (service: string, kind: InjectionKind, minutes: number) =>
    simulation.inject({
      service,
      kind,
      from: new Date(NOW.getTime() - minutes * MINUTE),
      duration: (minutes + 1) * MINUTE,
    });
  wrong("dbs", "point", 9);
  wrong("couchdb", "down", 6);
  wrong("reqmgr2", "absent", 12);
  const listeners = new Set<(topic: Topic) => void>();
  const done: { action: WebAction; actor: Actor }[] = [];
  let groups = sampleGroups();
  const sources: WebSources = {
    status: async () => status(),
    services: async () => (views ??= catalogue.services.map(({ name }) => serviceView(simulation, name))),
    groups: async () => groups,
    asOf: () => ({ at: before(3000), caveat: null }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async act(action, actor) {
      done.push({ action, actor });
      if (action.kind === "acknowledge") {
        const found = groups.some(({ id }) => id === action.group);
        groups = groups.map((group) =>
          group.id === action.group ? { ...group, state: "acknowledged", acknowledgedBy: actor.name } : group,
        );
        return found
          ? { ok: true, message: "You have it for the next hour." }
          : { ok: false, message: `There is no group ${action.group} any more.` };
      }
      return { ok: true, message: "Done." };
    },
  };
  const changed = (topic: Topic) => {
    for (const listener of listeners) {
      listener(topic);
    }
  };
  return { sources, done, changed, listeners };
}

function status(): StatusView {
  return {
    version: "0.1.0",
    startedAt: before(26 * 60 * MINUTE),
    now: NOW.toISOString(),
    demo: true,
    parts: [
      { name: "Prometheus", state: "ok", detail: "simulated", lastSuccess: before(4000) },
      { name: "Alertmanager", state: "ok", detail: "embedded", lastSuccess: before(2000) },
      { name: "Slack", state: "ok", detail: "emulated", lastSuccess: before(60_000) },
      {
        name: "GGUS",
        state: "degraded",
        detail: "https://ggus.eu does not answer (ETIMEDOUT); its alerts are kept as they were",
        lastSuccess: before(34 * MINUTE),
      },
      { name: "Grafana", state: "off", detail: "grafana.url is not set", lastSuccess: null },
    ],
    oncall: [
      {
        roster: "CMSWEB operators",
        person: "Ada Marsh",
        until: new Date(NOW.getTime() + 19 * 60 * MINUTE).toISOString(),
      },
      {
        roster: "Data management",
        person: "Luis Ortega",
        until: new Date(NOW.getTime() + 43 * 60 * MINUTE).toISOString(),
      },
    ],
    progress: [
      { entity: "das", detector: "aefc", state: "training", epoch: 12, epochs: 30, loss: 0.0231, detail: "" },
      { entity: "dbs", detector: "aefc", state: "done", epoch: 18, epochs: 30, loss: 0.0187, detail: "" },
      { entity: "confdb", detector: "aefc", state: "waiting", epoch: 0, epochs: 30, loss: null, detail: "" },
    ],
  };
}

function serviceView(simulation: ReturnType<typeof createSimulation>, name: string): ServiceView {
  const usual = createSimulation({ catalogue, seed: 7 });
  const end = NOW.getTime() / 1000;
  const scores = Array.from({ length: 90 }, (_, index): [number, number | null] => {
    const time = end - (89 - index) * STEP;
    const [seen, expected, earlier] = [
      simulation.sample(name, time),
      usual.sample(name, time),
      usual.sample(name, time - STEP),
    ];
    const away = (a: number, b: number) => Math.abs(Math.log(a / b));
    const score =
      away(seen.requests, expected.requests) * 3 +
      away(seen.latency, expected.latency) * 6 +
      away(expected.requests, earlier.requests) * 12;
    return [time, Number.isNaN(score) ? null : Math.min(40, score)];
  });
  const score = scores.at(-1)?.[1] ?? null;
  const state =
    name === "das" || name === "confdb"
      ? "learning"
      : score === null
        ? "no-data"
        : name === "couchdb"
          ? "down"
          : score > 4
            ? "anomalous"
            : "ok";
  const isLearning = state === "learning";
  const service = catalogue.find(name);
  return {
    name,
    title: service?.title ?? name,
    state,
    reason: isLearning
      ? "learning for 40 min more"
      : state === "no-data"
        ? "no data for 12 min"
        : "as its history says",
    score: isLearning ? null : score,
    threshold: isLearning ? null : 4,
    scores: isLearning ? [] : scores,
    openIssues: state === "down" || state === "anomalous" ? 1 : 0,
    severity: state === "down" ? "critical" : state === "anomalous" ? "high" : null,
    owners: [...(service?.owners ?? [])],
    oncall: service?.owners.includes("wmcore-developers") === true ? "Luis Ortega" : "Ada Marsh",
    dataAt: state === "no-data" ? before(12 * MINUTE) : before(4000),
  };
}

function sampleGroups(): GroupView[] {
  const alert = (
    fingerprint: string,
    name: string,
    severity: string,
    minutes: number,
    labels: Record<string, string>,
    summary: string,
  ) => ({
    fingerprint,
    name,
    severity,
    state: "active" as const,
    labels: { alertname: name, severity, ...labels },
    annotations: { summary },
    startsAt: before(minutes * MINUTE),
    endsAt: null,
    generatorURL: null,
  });
  return [
    {
      id: "couchdb-down",
      title: "CouchDB is down; six services that need it wait for it",
      service: "couchdb",
      severity: "critical",
      state: "firing",
      startsAt: before(6 * MINUTE),
      endsAt: null,
      acknowledgedBy: null,
      alerts: [
        alert(
          "a1",
          "cmswatch-availability",
          "critical",
          6,
          { service: "couchdb", namespace: "couchdb" },
          "requests fell from 96 to 2 per second",
        ),
        alert(
          "a2",
          "cmswatch-performance",
          "high",
          5,
          { service: "workqueue", namespace: "dmwm" },
          "latency 0.31 s, expected 0.10 s",
        ),
        alert(
          "a3",
          "cmswatch-performance",
          "high",
          5,
          { service: "reqmon", namespace: "dmwm" },
          "latency 0.28 s, expected 0.09 s",
        ),
      ],
      rootFingerprint: "a1",
      reasons: [
        "workqueue and reqmon need couchdb and became slow within 60 s of it.",
        "Critical because nearly no requests are answered.",
      ],
      owners: ["cmsweb-operators"],
      runbook: {
        title: "CouchDB does not answer",
        url: "/runbooks/couchdb",
        firstSteps: ["Look whether its pods run: kubectl -n couchdb get pods."],
      },
      solutions: [
        { id: "s1", text: "Restart the couchdb pods one after the other", reason: "helped in 3 of 4 past cases" },
      ],
    },
    {
      id: "dbs-latency",
      title: "DBS answers six times slower than usual at this hour",
      service: "dbs",
      severity: "high",
      state: "firing",
      startsAt: before(9 * MINUTE),
      endsAt: null,
      acknowledgedBy: null,
      alerts: [
        alert(
          "b1",
          "cmswatch-performance",
          "high",
          9,
          { service: "dbs", namespace: "dbs", pod: "dbs2go-global-r-6f9bd-x2k4q" },
          "latency 0.42 s, expected 0.07 s; cpu 7.9 cores, expected 3.0",
        ),
      ],
      rootFingerprint: "b1",
      reasons: ["Latency is outside of everything seen in seven days: a point anomaly."],
      owners: ["dbs-developers"],
      runbook: {
        title: "DBS is slow",
        url: "/runbooks/dbs",
        firstSteps: ["See which API takes the time in the reader's log."],
      },
      solutions: [],
    },
    {
      id: "ssb-1",
      title: "Network intervention announced: CERN data centre, router upgrade",
      service: null,
      severity: "warning",
      state: "acknowledged",
      startsAt: before(95 * MINUTE),
      endsAt: null,
      acknowledgedBy: "Ada Marsh",
      alerts: [
        alert(
          "c1",
          "ssb-OTG0054345",
          "warning",
          95,
          { service: "SSB", tag: "monitoring", type: "Planned Intervention" },
          "Router upgrade in the data centre",
        ),
      ],
      rootFingerprint: "c1",
      reasons: ["“upgrade” in its short description makes it a warning."],
      owners: [],
      runbook: null,
      solutions: [],
    },
  ];
}
