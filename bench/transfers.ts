// Speed and memory of the watching of transfers, on a made-up stream with planted faults: see bench/transfers.md.
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type PlantedFault, storageNames, toEvent, transferStream } from "../src/demo/transfers/generator.ts";
import { createTrainer } from "../src/training/trainer.ts";
import { scoreTransfers } from "../src/transfers/files/score.ts";
import type { Finished } from "../src/transfers/model/estimator.ts";
import type { TransferIncident } from "../src/transfers/model/incident.ts";
import { intervalQuality } from "../src/transfers/model/measures.ts";
import { type TransferModelName, trainScorer } from "../src/transfers/model/models.ts";
import type { Transfer } from "../src/transfers/model/transfer.ts";
import { TransferWatch } from "../src/transfers/model/watch.ts";

const START = 1_772_323_200;
const SITES = 100;
const TAUGHT = 100_000;
const RATE = 14;
const HOUR = 3600;

const model = (process.argv.includes("--lstm") ? "lstm" : "shrinkage") satisfies TransferModelName;
const events = numberAfter("--events", 500_000);
const megabytes = numberAfter("--file", 0);

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
await (megabytes > 0 ? file(megabytes) : stream());

function numberAfter(word: string, otherwise: number): number {
  const at = process.argv.indexOf(word);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

/** Processor time of this process and its threads in seconds: what others do on the machine does not count. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function faultsFrom(from: number): PlantedFault[] {
  const storages = storageNames(SITES);
  const [a = "", b = "", c = "", d = "", e = ""] = [0, 2, 5, 7, 9].map((at) => storages[at]);
  return [
    { from: from + HOUR, until: from + 2 * HOUR, link: `${a} → ${b}`, slower: 5 },
    { from: from + 2 * HOUR, until: from + 3 * HOUR, storage: c, failing: 0.6 },
    { from: from + 3 * HOUR, until: from + 4 * HOUR, storage: d, slower: 4 },
    { from: from + 4 * HOUR, until: from + 5 * HOUR, storage: e, failing: 0.3 },
    { from: from + 5 * HOUR, until: from + 6 * HOUR, link: `${b} → ${c}`, slower: 3 },
  ];
}

async function stream(): Promise<void> {
  const faults = faultsFrom(START + TAUGHT / RATE);
  const transfers = transferStream({ seed: 1, start: START, rate: RATE, sites: SITES, faults });
  const watch = new TransferWatch(await teach(transfers), 0.005);
  const made = measureMaking();
  const last = new Map<string, TransferIncident>();
  const judged = { seen: [] as number[], lower: [] as number[], upper: [] as number[] };
  let anomalous = 0;
  let taken = 0;
  const began = processorSeconds();
  for (const transfer of transfers) {
    const { judgement, anomalous: isAnomalous, incidents } = watch.take(transfer, []);
    anomalous += isAnomalous ? 1 : 0;
    for (const incident of incidents) {
      last.set(incident.id, incident);
    }
    if (taken % 10 === 0 && transfer.outcome === "done") {
      judged.seen.push(transfer.duration ?? 0);
      judged.lower.push(judgement.lower);
      judged.upper.push(judgement.upper);
    }
    if (++taken % Math.ceil(events / 4) === 0) {
      console.log(`${taken} events: ${Math.round(process.memoryUsage().rss / 1e6)} MB resident`);
    }
    if (taken >= events) {
      break;
    }
  }
  const seconds = processorSeconds() - began - events * made;
  console.log(`${model}: ${Math.round(events / seconds)} events per second of one core (making them not counted)`);
  console.log(`called anomalous: ${((100 * anomalous) / events).toFixed(2)} %`);
  const rows = judged.seen.map((seen, at) => ({
    seen,
    predicted: seen,
    lower: judged.lower[at] ?? null,
    upper: judged.upper[at] ?? null,
  }));
  console.log(`90 % interval holds for ${(100 * (intervalQuality(rows)?.coverage ?? Number.NaN)).toFixed(1)} %`);
  report(faults, [...last.values()]);
}

async function teach(transfers: Iterator<Transfer>) {
  const history: Finished[] = [];
  while (history.length < TAUGHT) {
    const transfer = transfers.next().value as Transfer;
    if (transfer.outcome === "done") {
      history.push(transfer as Finished);
    }
  }
  const trainer = createTrainer();
  const wall = performance.now();
  const processor = processorSeconds();
  const scorer = await trainScorer(model, history, (frame) => trainer.fitTransfers(frame, { seed: 1 }));
  await trainer.stop();
  const spent = (processorSeconds() - processor).toFixed(1);
  const took = ((performance.now() - wall) / 1000).toFixed(1);
  console.log(`${model}: trained on ${TAUGHT} transfers in ${took} s (${spent} s of processor time)`);
  return scorer;
}

/** Seconds of making one event. */
function measureMaking(): number {
  const count = 50_000;
  const began = processorSeconds();
  let made = 0;
  for (const _ of transferStream({ seed: 2, start: START, rate: RATE, sites: SITES })) {
    if (++made >= count) {
      break;
    }
  }
  return (processorSeconds() - began) / count;
}

function report(faults: readonly PlantedFault[], incidents: readonly TransferIncident[]): void {
  const used = new Set<string>();
  for (const fault of faults) {
    const name = fault.link ?? fault.storage ?? "";
    const found = incidents.filter(
      ({ subject, since }) =>
        subject.name === name && since.getTime() / 1000 < fault.until && since.getTime() / 1000 > fault.from - 600,
    );
    for (const { id } of found) {
      used.add(id);
    }
    const [first] = found;
    const what = fault.failing === undefined ? `${fault.slower} times slower` : `${100 * fault.failing} % failing`;
    const delay = first === undefined ? null : Math.round(first.openedAt.getTime() / 1000 - fault.from);
    const over =
      found.at(-1)?.closedAt == null ? null : Math.round((found.at(-1)?.closedAt?.getTime() ?? 0) / 1000 - fault.until);
    console.log(
      `${name}, ${what}: ${delay === null ? "not found" : `found after ${delay} s, closed ${over === null ? "not yet" : `${over} s after its end`}${found.length > 1 ? `, in ${found.length} pieces` : ""}`}`,
    );
  }
  const others = incidents.filter(({ id }) => !used.has(id));
  console.log(`incidents that nobody planted: ${others.length}`);
  for (const { subject, problem, affected, transfers, ratio } of others) {
    console.log(
      `  ${problem} ${subject.kind} ${subject.name}: ${affected} of ${transfers}, ratio ${ratio?.toFixed(1)}`,
    );
  }
}

/** Scores a file of this size, and says what memory that takes. */
async function file(size: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cmswatch-bench-"));
  try {
    const [history, path] = [join(folder, "train.ndjson"), join(folder, "test.ndjson")];
    await pipeline(lines(5), createWriteStream(history));
    await pipeline(lines(size), createWriteStream(path));
    const bytes = (await stat(path)).size;
    const before = processorSeconds();
    let peak = 0;
    const watching = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 50);
    const { rows } = await scoreTransfers({ train: history, test: path, out: join(folder, "out.csv"), model, seed: 1 });
    clearInterval(watching);
    const seconds = processorSeconds() - before;
    console.log(
      `${(bytes / 1e6).toFixed(0)} MB, ${rows} rows: ${Math.round(rows / seconds)} rows a second from file to file, at most ${Math.round(peak / 1e6)} MB resident`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

function* lines(size: number): Generator<string> {
  let written = 0;
  for (const transfer of transferStream({ seed: 3, start: START, rate: RATE, sites: SITES })) {
    const line = `${JSON.stringify(toEvent(transfer))}\n`;
    written += line.length;
    yield line;
    if (written >= 1e6 * size) {
      return;
    }
  }
}
