// How long answers in Slack take with 5,000 alerts and 500 tickets, from the signed request on: see bench/README.md.
import { cpus, totalmem } from "node:os";
import { pino } from "pino";
import { systemClock } from "../src/alert/clock.ts";
import { severityRank } from "../src/alert/severity.ts";
import { createBot } from "../src/bot/app.ts";
import { loadCatalogue } from "../src/config/catalogue.ts";
import { configSchema } from "../src/config/schema.ts";
import { startEmulatedWorkspace } from "../src/demo/slack/workspace.ts";
import { createCurrentState } from "../src/status/current-state.ts";
import { createStatusSource } from "../src/status/status.ts";
import { findConcerns } from "../src/tickets/concerns.ts";
import { fakeWorld } from "../test/bot/fake-desk.ts";
import { sampleAlert, sampleAnomaly, sampleGroup, sampleTicket } from "../test/bot/samples.ts";
import { openMemoryStore } from "../test/store/memory-store.ts";

const ALERTS = 5000;
const TICKETS = 500;
const RUNS = 20;
const SECRET = "0123456789abcdef0123456789abcdef";
const QUESTIONS = ["/anomaly status dbs", "/anomaly status", "/anomaly alerts", "/anomaly tickets"] as const;

const store = await openMemoryStore();
const catalogue = loadCatalogue(null);
const { severities } = configSchema.parse({}).intelligence;
const now = systemClock();
const current = fill();
const status = createStatusSource({
  current,
  catalogue,
  store,
  severities,
  failingFrom: severityRank("high", severities),
  oncall: async () => [{ roster: "cmsweb", person: { name: "Ada" }, until: null, because: "weekly rotation" }],
  runbooks: () => [],
  touches: (ticket) => findConcerns(ticket, catalogue).services,
});
const workspace = await startEmulatedWorkspace({ port: 0, signingSecret: SECRET });
const channel = workspace.channel("cmsweb-operations").id;
const user = workspace.user("ada").id;
const bot = createBot({
  slack: {
    botToken: workspace.botToken,
    signingSecret: SECRET,
    apiUrl: workspace.apiUrl,
    listen: "127.0.0.1:0",
    channels: { default: workspace.channel("cmsweb-alerts").id },
    permissions: {},
  },
  ...fakeWorld(store),
  status,
  store,
  log: pino({ level: "silent" }),
  clock: systemClock,
  services: catalogue.services.map(({ name }) => name),
  webUrl: null,
});
workspace.connectBot((await bot.start()) ?? "");

const size = `${catalogue.services.length} services, ${ALERTS} alerts in ${ALERTS / 2} groups, ${TICKETS} tickets`;
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`,
);
console.log(`${size}; ${RUNS} runs each; milliseconds, median and worst\n`);
console.log("question               acknowledged      answered       picture");
for (const text of QUESTIONS) {
  const runs: { acknowledged: number; answered: number; picture: number | null }[] = [];
  for (let run = -2; run < RUNS; run += 1) {
    const figures = await ask(text);
    runs.push(...(run < 0 ? [] : [figures]));
  }
  const column = (of: (run: (typeof runs)[number]) => number | null) => spread(runs.flatMap((run) => of(run) ?? []));
  console.log(
    `${text.padEnd(22)} ${column((run) => run.acknowledged)} ${column((run) => run.answered)} ${column((run) => run.picture)}`,
  );
}
await bot.stop();
await workspace.close();
await store.close();

/** Asks once and waits for the words, and for the picture where one follows. */
async function ask(text: string): Promise<{ acknowledged: number; answered: number; picture: number | null }> {
  const wantsPicture = text === "/anomaly status dbs";
  const began = performance.now();
  let answered: number | null = null;
  const whole = new Promise<number>((resolve) => {
    const end = workspace.subscribe((event) => {
      if (event.type !== "message" || event.message.channel !== channel) {
        return;
      }
      answered ??= performance.now() - began;
      if (!wantsPicture || JSON.stringify(event.message.blocks).includes("slack_file")) {
        end();
        resolve(performance.now() - began);
      }
    });
  });
  const { took } = await workspace.runCommand({ user, channel, text });
  const last = await whole;
  return { acknowledged: took, answered: answered ?? last, picture: wantsPicture ? last : null };
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined
    ? ""
    : `${middle.toFixed(0).padStart(6)} ${(sorted.at(-1) ?? middle).toFixed(0).padStart(6)} `;
}

function fill() {
  const state = createCurrentState(60_000);
  const names = catalogue.services.map(({ name }) => name);
  const groups = Array.from({ length: ALERTS / 2 }, (_, index) => {
    const service = names[index % names.length] ?? "dbs";
    const alerts = [0, 1].map((pod) => ({
      ...sampleAlert({ service, pod: `${service}-${index}-${pod}` }),
      startsAt: now,
    }));
    return sampleGroup({ id: `g-${index.toString(16).padStart(8, "0")}`, service, alerts, startsAt: now });
  });
  state.groups.set(groups, now);
  state.silences.set([], now);
  state.anomalies.set(
    names.map((service) => sampleAnomaly({ id: service, service, entity: service })),
    now,
  );
  state.tickets.set(
    Array.from({ length: TICKETS }, (_, index) => sampleTicket({ id: String(index), subject: `DBS is slow ${index}` })),
    now,
  );
  for (const service of names) {
    const view = { entity: service, service, state: "anomalous", note: null, score: 6, threshold: 4 } as const;
    state.setEntity({ ...view, detector: "aefc", modelVersion: "1", at: now });
    for (let step = 240; step > 0; step -= 1) {
      const at = new Date(now.getTime() - step * 15_000);
      const one = { at, score: 1, metrics: ["cpu"], values: [step < 20 ? 4 : 1], low: [0.5], high: [1.5] };
      state.addPoint(service, one);
    }
  }
  return state;
}
