// Replays transfers through the service's own path (reading with overlap, clean-up, judging, learning, retraining, checkpoints, alerts): see bench/transfers.md.

import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import type { Alert } from "../src/alert/alert.ts";
import { configSchema } from "../src/config/schema.ts";
import { type PlantedFault, storageNames, toEvent, transferStream } from "../src/demo/transfers/generator.ts";
import { createCurrentState } from "../src/status/current-state.ts";
import { openStore } from "../src/store/open.ts";
import { endOf } from "../src/transfers/model/transfer.ts";
import type { EventSource, StoredEvent } from "../src/transfers/rucio/source.ts";
import { createTransferService } from "../src/transfers/service/service.ts";

const START = 1_772_323_200;
const RATE = 14;
const SITES = 100;
const HOUR = 3600;
const PAGE = 1000;
const OVERLAP = 120;
const wanted = Number(process.argv[2] ?? 3_600_000);

const storages = storageNames(SITES);
const [a = "", b = "", c = "", d = "", e = ""] = [0, 2, 5, 7, 9].map((at) => storages[at]);
const first = START + 5 * HOUR;
const faults: readonly PlantedFault[] = [
  { from: first, until: first + HOUR, link: `${a} → ${b}`, slower: 5 },
  { from: first + 2 * HOUR, until: first + 3 * HOUR, storage: c, failing: 0.6 },
  { from: first + 4 * HOUR, until: first + 5 * HOUR, storage: d, slower: 4 },
  { from: first + 6 * HOUR, until: first + 7 * HOUR, storage: e, failing: 0.3 },
];

/** An index of made-up events that are there once they have ended; what was read is forgotten after the overlap. */
function madeUpSource(now: () => number): EventSource & { read(): number } {
  const stream = transferStream({ seed: 1, start: START, rate: RATE, sites: SITES, faults });
  let kept: StoredEvent[] = [];
  let waiting: StoredEvent[] = [];
  let count = 0;
  return {
    name: "made up",
    read: () => count,
    async *since(from) {
      kept = kept.filter(({ at }) => at >= from);
      const until = now();
      // Not for…of: leaving that would end the stream.
      for (let next = stream.next(); next.done !== true; next = stream.next()) {
        const transfer = next.value;
        const at = 1000 * endOf(transfer);
        waiting.push({ id: `e${count++}`, at, document: { data: toEvent(transfer) } });
        if (1000 * transfer.startedAt > until) {
          break;
        }
      }
      kept.push(...waiting.filter(({ at }) => at <= until));
      waiting = waiting.filter(({ at }) => at > until);
      kept.sort((one, other) => one.at - other.at);
      for (let at = 0; at < kept.length; at += PAGE) {
        yield kept.slice(at, at + PAGE);
      }
    },
  };
}

let now = new Date(1000 * START);
const clock = () => now;
const log = pino({ level: "warn" });
const folder = await mkdtemp(join(tmpdir(), "transfers-replay-"));
const store = await openStore(configSchema.parse({ store: { url: join(folder, "store") } }).store, { log });
const { transfers: config } = configSchema.parse({
  transfers: { elasticsearch: { url: "http://127.0.0.1:1", overlap: `${OVERLAP}s`, catchUp: "2h" } },
});
const alerts = new Map<string, Alert>();
const source = madeUpSource(() => now.getTime());
const service = createTransferService({
  config,
  source,
  every: 60_000,
  store,
  sink: {
    async push(given) {
      for (const alert of given) {
        alerts.set(JSON.stringify([alert.labels, alert.startsAt]), alert);
      }
      return given;
    },
  },
  current: createCurrentState(60_000),
  fitSequences: () => Promise.reject(new Error("not used")),
  baseUrl: null,
  clock,
  log,
});
console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
const began = { wall: performance.now(), cpu: process.cpuUsage() };
let told = 0;
while (source.read() < wanted) {
  // An hour at a time, as after an absence: a live service reads a minute.
  now = new Date(now.getTime() + HOUR * 1000);
  await service.loop.runNow();
  await service.settled();
  await wait(0);
  if (source.read() - told >= wanted / 10) {
    told = source.read();
    console.log(
      `${told} events: ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB resident, ${seconds().toFixed(0)} s of processor time`,
    );
  }
}
console.log(
  `${source.read()} events: ${seconds().toFixed(0)} s of processor time, ${((performance.now() - began.wall) / 1000).toFixed(0)} s on the clock, making them included`,
);
for (const { labels, startsAt, endsAt } of alerts.values()) {
  const since = (time: Date | null) =>
    time === null ? "open" : `${((time.getTime() / 1000 - first) / HOUR).toFixed(2)} h`;
  console.log(
    `  ${labels["alertname"]} ${labels["link"] ?? labels["rse"] ?? JSON.stringify(labels)}: ${since(startsAt)} to ${since(endsAt)}`,
  );
}
await service.stop();
await store.close();
await rm(folder, { recursive: true });

function seconds(): number {
  const { user, system } = process.cpuUsage(began.cpu);
  return (user + system) / 1e6;
}
