/**
 * Which room may import which, and why: the source of the import rules in biome.json (`npm run rooms` writes them there).
 * A room not named may be imported by nobody but itself, main and demo.
 */
export interface RoomRule {
  readonly may: readonly string[];
  readonly because: string;
}

const EVERY_DOMAIN_ROOM = [
  "alert",
  "config",
  "store",
  "detect",
  "tickets",
  "prometheus",
  "rucio",
  "grafana",
  "alertmanager",
  "intelligence",
  "oncall",
];

export const ROOMS: Readonly<Record<string, RoomRule>> = {
  alert: { may: [], because: "the vocabulary is pure: it depends on nothing, so everything can depend on it" },
  detect: {
    may: ["alert"],
    because: "the engine is arithmetic without I/O: it can be tested, replayed and moved to a worker",
  },
  config: { may: ["alert"], because: "the configuration is read before anything it configures exists" },
  store: { may: ["alert", "config"], because: "the store keeps the vocabulary and knows nothing of who fills it" },
  tickets: { may: ["alert", "config"], because: "a source only produces alerts" },
  prometheus: { may: ["alert", "config"], because: "a source only produces series" },
  rucio: { may: ["alert", "config"], because: "a source only produces events" },
  grafana: { may: ["alert", "config"], because: "a sink only delivers" },
  alertmanager: { may: ["alert", "config"], because: "clients are thin; what they remember is handed in" },
  intelligence: {
    may: ["alert", "config", "detect", "store"],
    because: "stages get clients as interfaces, so each can be tested without a server",
  },
  oncall: { may: ["alert", "config", "detect", "store"], because: "routing gets clients as interfaces" },
  bot: {
    may: EVERY_DOMAIN_ROOM,
    because: "bot, web and cli are three faces of the same rooms and do not know each other",
  },
  web: {
    may: EVERY_DOMAIN_ROOM,
    because: "bot, web and cli are three faces of the same rooms and do not know each other",
  },
  cli: {
    may: [...EVERY_DOMAIN_ROOM, "demo"],
    because: "bot, web and cli are three faces of the same rooms and do not know each other",
  },
  demo: {
    may: [...EVERY_DOMAIN_ROOM, "bot", "web", "cli"],
    because: "the demo plays with everything and nothing depends on it",
  },
  main: {
    may: [...EVERY_DOMAIN_ROOM, "bot", "web", "cli", "demo"],
    because: "the composition root builds everything; nobody imports it",
  },
};
