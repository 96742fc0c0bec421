import type { Logger } from "pino";
import type { Clock } from "../../alert/clock.ts";
import type { SourceHealth } from "../../status/status-types.ts";
import type { Store } from "../../store/store.ts";
import { certifyRun } from "../judge/certify.ts";
import type { GoldenRanges } from "../judge/golden.ts";
import type { Neighbourhood } from "../judge/neighbours.ts";
import type { DqmModel } from "../judge/saved.ts";
import type { OverRun } from "./growth.ts";
import { createRunMemory } from "./memory.ts";
import type { DqmRecord, RunReport } from "./record.ts";
import type { RunAlerts } from "./run-alerts.ts";
import type { ChangedInput, DqmSource } from "./source.ts";

export interface DqmWatchParts {
  readonly source: DqmSource;
  /** The model as it is now; another object when it was trained again. */
  readonly model: () => Promise<DqmModel>;
  readonly excluded: GoldenRanges;
  /** What a lumisection is judged together with. */
  readonly neighbourhood?: Neighbourhood;
  readonly store: Pick<Store, "dqm" | "messages">;
  readonly desk: DqmRecord;
  readonly alerts: RunAlerts;
  /** Milliseconds without anything new after which a run is over. */
  readonly over: number;
  /** Hears once of a run that is over, also across replicas and restarts. */
  readonly onRunOver: (report: RunReport) => Promise<void>;
  readonly setSource: (health: SourceHealth) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Looks for new lumisections, judges their runs, keeps the verdicts, and raises and ends alerts. */
export interface DqmWatch {
  look(): Promise<void>;
  /** Looks at a run's alert again, e.g. after somebody has overruled. */
  again(run: number): Promise<void>;
  /** Runs that are over, with where their histograms were read. */
  over(): readonly OverRun[];
}

const NAME = "dqm";

export function createDqmWatch(parts: DqmWatchParts): DqmWatch {
  const { source, store, desk, alerts, clock, log } = parts;
  const memory = createRunMemory(parts.neighbourhood);
  const announceable = new Set<number>();
  const places = new Map<number, Set<string>>();
  let model: DqmModel | null = null;
  let lastRead: Date | null = null;

  const isOver = (run: number) => {
    const quiet = clock().getTime() - (memory.changedAt(run)?.getTime() ?? 0) >= parts.over;
    return quiet || run !== memory.runs().at(-1);
  };

  async function read(input: ChangedInput, by: DqmModel, touched: Set<number>): Promise<void> {
    let unknown = 0;
    for await (const histogram of input.histograms) {
      const found = memory.add(histogram, by, clock());
      if (found !== null) {
        if (found === "changed") {
          touched.add(histogram.run);
        }
        places.set(histogram.run, (places.get(histogram.run) ?? new Set()).add(input.where));
      } else {
        unknown++;
      }
    }
    input.done();
    const { refused, problems } = input.notes;
    if (refused + unknown > 0) {
      log.warn({ where: input.where, refused, unknown, problems: problems.slice(0, 3) }, "histograms were left out");
    }
  }

  async function judge(runs: Iterable<number>, by: DqmModel): Promise<void> {
    for (const run of runs) {
      const judged = certifyRun({
        run,
        scores: memory.scores(run, by),
        excluded: parts.excluded,
        models: by.histograms,
        detector: by.detector,
        find: (lumi, name) => memory.find(run, lumi, name),
        now: clock(),
      });
      await store.dqm.saveRun(judged);
    }
  }

  async function readAll(): Promise<void> {
    const current = await parts.model();
    if (model !== null && current !== model) {
      memory.clear();
      source.forget();
      log.info({ detector: current.detector }, "another model judges from now on");
    }
    model = current;
    const touched = new Set<number>();
    const faults: string[] = [];
    for (const input of await source.changed()) {
      await read(input, current, touched).catch((error: Error) => faults.push(error.message));
    }
    await judge(touched, current);
    if (lastRead !== null) {
      // What was there before the start is no news.
      for (const run of touched) {
        announceable.add(run);
      }
    }
    if (faults.length > 0) {
      throw new Error(faults.slice(0, 3).join("; "));
    }
  }

  async function announce(): Promise<void> {
    for (const run of [...announceable].filter(isOver)) {
      announceable.delete(run);
      const report = await desk.report(run);
      if (report !== null && (await store.messages.claim(`dqm-summary-${run}`, clock()))) {
        await parts.onRunOver(report);
      }
    }
  }

  async function lookAtAlerts(): Promise<void> {
    const kept = memory.runs();
    for (const run of [...places.keys()].filter((one) => !kept.includes(one))) {
      places.delete(run);
    }
    // Of a run that could not be read yet nothing is known: what lives, lives on.
    const unread = lastRead === null ? (await alerts.living()).filter((run) => !kept.includes(run)) : [];
    const reports = await Promise.all([...kept, ...unread].map((run) => desk.report(run)));
    await alerts.look(
      reports.filter((report) => report !== null),
      (run) => unread.includes(run) || !isOver(run),
    );
  }

  return {
    async look() {
      let fault: Error | null = null;
      try {
        await readAll();
        lastRead = clock();
        await alerts.forget(memory.runs());
        parts.setSource({ name: NAME, state: "ok", at: lastRead, because: `${memory.runs().length} runs` });
      } catch (error) {
        fault = error as Error;
        parts.setSource({ name: NAME, state: "down", at: lastRead, because: fault.message });
      }
      // A source that fails is not one without trouble: the alerts that live are kept alive all the same.
      await lookAtAlerts();
      await announce();
      if (fault !== null) {
        throw fault;
      }
    },
    over: () => memory.runs().flatMap((run) => (isOver(run) ? [{ run, places: [...(places.get(run) ?? [])] }] : [])),
    async again(run) {
      if (memory.runs().includes(run)) {
        await lookAtAlerts();
      }
    },
  };
}
