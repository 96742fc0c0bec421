/** Which folder under src/ may import which, and why. `npm run check:imports` enforces it; ARCHITECTURE.md has the map. */
export interface ImportRule {
  readonly may: readonly string[];
  readonly because: string;
}

const VOCABULARY = ["alert"];
/** Read before, or used by, everything that works. */
const FOUNDATION = [...VOCABULARY, "config", "store", "http", "runtime", "files"];
const ENGINE = ["detect", "training"];
const SOURCES_AND_SINKS = ["prometheus", "grafana", "alertmanager"];
const SUBJECTS = ["anomalies", "tickets", "transfers", "dqm"];
const BELOW_OPERATIONS = [
  ...FOUNDATION,
  ...ENGINE,
  ...SOURCES_AND_SINKS,
  ...SUBJECTS,
  "status",
  "intelligence",
  "oncall",
];
const BELOW_FACES = [...BELOW_OPERATIONS, "operations"];

const FACE = "the faces parse, call operations or status, and render; they do not know each other";
const SUBJECT = "a subject holds its engine's caller, its loop, its files and its alerts, and knows no other subject";

export const IMPORT_RULES: Readonly<Record<string, ImportRule>> = {
  alert: { may: [], because: "the vocabulary is pure and depends on nothing, so that everything can depend on it" },
  config: { may: VOCABULARY, because: "the configuration is read before anything that it configures exists" },
  store: { may: ["alert", "config"], because: "the store keeps the vocabulary and does not know who fills it" },
  http: { may: ["alert", "config"], because: "one client for every request; it does not know whom it asks" },
  runtime: { may: ["alert", "config", "http"], because: "loops and shutdown run whatever they are given" },
  files: { may: ["alert", "detect"], because: "tables are read into frames and rows, whoever wants them" },
  detect: {
    may: VOCABULARY,
    because: "the engine is arithmetic without I/O: it is tested, replayed and moved to a thread",
  },
  training: {
    may: [...FOUNDATION, "detect", "transfers"],
    because: "the training thread runs the engines' training and nothing else",
  },
  prometheus: { may: FOUNDATION, because: "a source only produces series" },
  grafana: { may: FOUNDATION, because: "a sink only delivers" },
  alertmanager: { may: FOUNDATION, because: "a client is thin; what it remembers is handed in" },
  status: { may: FOUNDATION, because: "what is known now is written by subjects and read by faces" },
  anomalies: { may: [...FOUNDATION, ...ENGINE, ...SOURCES_AND_SINKS, "status"], because: SUBJECT },
  tickets: { may: [...FOUNDATION, ...SOURCES_AND_SINKS, "status"], because: SUBJECT },
  transfers: { may: [...FOUNDATION, ...ENGINE, ...SOURCES_AND_SINKS, "status"], because: SUBJECT },
  dqm: { may: [...FOUNDATION, ...ENGINE, ...SOURCES_AND_SINKS, "status"], because: SUBJECT },
  evaluate: {
    may: [...FOUNDATION, ...ENGINE, ...SOURCES_AND_SINKS, "anomalies", "oncall"],
    because: "judging replays what the service would have done",
  },
  intelligence: {
    may: [...FOUNDATION, ...ENGINE, ...SOURCES_AND_SINKS, "status"],
    because: "stages get what they need as interfaces, so that each is tested without a server",
  },
  oncall: {
    may: [...FOUNDATION, "status", "training"],
    because: "routing and escalation get ways to deliver as interfaces",
  },
  operations: { may: BELOW_OPERATIONS, because: "a deed is written once, above everything that it changes" },
  bot: { may: BELOW_FACES, because: FACE },
  web: { may: BELOW_FACES, because: FACE },
  cli: { may: [...BELOW_FACES, "evaluate", "demo"], because: FACE },
  demo: { may: [...BELOW_FACES, "bot", "web", "cli"], because: "the demo uses everything and nothing depends on it" },
  main: {
    may: [...BELOW_FACES, "bot", "web", "cli", "demo"],
    because: "the composition root builds everything; nobody imports it",
  },
};

/** Folders without I/O may not import these. */
export const PURE_FOLDERS: readonly string[] = ["alert", "detect"];
export const IO_PACKAGES =
  /^(axios|fastify|@slack\/|pg$|drizzle-orm|@electric-sql\/|node:(fs|http|https|net|child_process))/;

/** No folder has more files side by side. */
export const MOST_FILES = 25;

/**
 * What breaks a rule today, to be resolved: `file imports file`, a folder that is too full, or `circle:` and its first file. An entry that is
 * not needed any more fails the check, so the list only shrinks.
 */
export const KNOWN: readonly string[] = [
  "src/anomalies/alerts/interventions.ts imports src/intelligence/grouping/outage.ts",
  "src/anomalies/service/feedback-book.ts imports src/operations/models.ts",
  "src/oncall/service.ts imports src/operations/actions-types.ts",
  "src/oncall/service.ts imports src/operations/oncall.ts",
  "circle: src/detect/backend/native.ts",
  "circle: src/bot/delivery/fallback.ts",
  "circle: src/tickets/link-index.ts",
  "circle: src/operations/actions.ts",
];
