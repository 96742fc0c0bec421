import type { Logger } from "pino";
import type { Clock } from "../../alert/clock.ts";
import type { Store } from "../../store/store.ts";
import {
  type CertifiedRun,
  certifiedRun,
  type Growth,
  type ReferenceChange,
  referenceChange,
  sayCertified,
} from "../judge/certified.ts";
import { contains, type GoldenRanges } from "../judge/golden.ts";
import type { LumiHistogram } from "../judge/histogram.ts";
import { collectReferences, mergeReferences, type ReferenceSet, withoutRuns } from "../judge/references.ts";
import { type DqmModel, fitDqm } from "../judge/saved.ts";
import type { DqmRecord } from "./record.ts";

/** A run that is over, and where its histograms were read. */
export interface OverRun {
  readonly run: number;
  readonly places: readonly string[];
}

export interface GrowthParts {
  readonly growth: Growth;
  readonly model: () => Promise<DqmModel>;
  readonly save: (model: DqmModel) => Promise<void>;
  readonly desk: Pick<DqmRecord, "report">;
  readonly over: () => readonly OverRun[];
  /** Everything that a place has now. */
  readonly read: (place: string) => AsyncIterable<LumiHistogram>;
  readonly store: Pick<Store, "audit">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Lets the references follow what is certified. */
export interface ReferenceGrowth {
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Runs that are over and certified join the references, and leave them when they are certified no more: the model is fitted again and
 * saved, and the watch loads it like any other.
 */
export function createGrowth(parts: GrowthParts): ReferenceGrowth {
  const { store, clock, log } = parts;
  /** Runs whose histograms are gone: not asked for again. */
  const lost = new Set<number>();

  async function look(model: DqmModel): Promise<ReferenceChange> {
    const looked: number[] = [];
    const certified: CertifiedRun[] = [];
    for (const { run } of parts.over().filter((one) => !lost.has(one.run))) {
      const report = await parts.desk.report(run);
      if (report !== null) {
        const found = certifiedRun(run, report.verdicts, parts.growth);
        certified.push(...(found === null ? [] : [found]));
        looked.push(run);
      }
    }
    return referenceChange(setsOf(model), model.withheld, looked, certified);
  }

  /** The references of these runs, read where they were seen. */
  async function collect(model: DqmModel, add: readonly CertifiedRun[]): Promise<readonly ReferenceSet[]> {
    const golden: GoldenRanges = new Map(add.flatMap((one) => [...one.golden]));
    const places = new Set(parts.over().flatMap(({ run, places }) => (golden.has(run) ? places : [])));
    const references = collectReferences(model.seed);
    const found = new Set<number>();
    for (const place of places) {
      for await (const histogram of parts.read(place)) {
        const known = model.histograms.get(histogram.name);
        const fits = known?.set.bins === histogram.counts.length;
        if (fits && contains(golden, histogram.run, histogram.lumi) && references.add(histogram)) {
          found.add(histogram.run);
        }
      }
    }
    for (const { run } of add.filter(({ run }) => !found.has(run))) {
      lost.add(run);
      log.warn({ run }, "a certified run's histograms are gone: it is no reference");
    }
    const reasons = new Map(add.map(({ run, certification }) => [run, certification]));
    const sets = found.size === 0 ? [] : references.sets();
    return sets.map((set) => ({
      ...set,
      runs: set.runs.map((one) => ({ ...one, certified: reasons.get(one.run) })),
    }));
  }

  async function tell({ add, remove }: ReferenceChange): Promise<void> {
    const said = [
      ...add
        .filter(({ run }) => !lost.has(run))
        .map((one) => ["add reference run", one.run, sayCertified(one)] as const),
      ...remove.map((run) => ["remove reference run", run, `run ${run} is certified no more`] as const),
    ];
    for (const [action, run, because] of said) {
      const by = { at: clock(), actor: "cmswatch", via: "system" } as const;
      await store.audit.append({ ...by, action, subject: `run ${run}`, details: { because } });
      log.info({ run, because }, action);
    }
  }

  return {
    async run(signal) {
      const model = await parts.model();
      const change = await look(model);
      if (change.add.length + change.remove.length === 0) {
        return;
      }
      const fresh = await collect(model, change.add);
      const replaced = new Set([...change.remove, ...fresh.flatMap(({ runs }) => runs.map(({ run }) => run))]);
      if (replaced.size === 0) {
        return;
      }
      const sets = mergeReferences(withoutRuns(setsOf(model), replaced), fresh);
      const grown = await fitDqm(model.detector, sets, model.seed, model.withheld);
      signal.throwIfAborted();
      if ((await parts.model()) !== model) {
        // Somebody has trained it meanwhile: what they made stays, and is looked at next time.
        return;
      }
      await parts.save(grown);
      await tell(change);
    },
  };
}

function setsOf(model: DqmModel): readonly ReferenceSet[] {
  return [...model.histograms.values()].map(({ set }) => set);
}
