import { z } from "zod";
import { openSealedJson, SealError, sealJson } from "../../alert/sealed.ts";
import { UserError } from "../../alert/user-error.ts";
import { findShapeDetector } from "./detectors/registry.ts";
import { fitHistogram, type HistogramModel, openHistogram } from "./model.ts";
import type { ReferenceSet } from "./references.ts";

/** Models of all histograms, by one detector. */
export interface DqmModel {
  readonly detector: string;
  readonly seed: number;
  /** By histogram name. */
  readonly histograms: ReadonlyMap<string, HistogramModel>;
  /** Runs that people took out of the references: certification does not bring them back. */
  readonly withheld: readonly number[];
}

const FORMAT = 1;
const numbers = z.array(z.number());
const savedSchema = z.object({
  format: z.literal(FORMAT),
  detector: z.string(),
  seed: z.int(),
  withheld: z.array(z.int()).default([]),
  histograms: z
    .array(
      z.object({
        name: z.string(),
        bins: z.int().positive(),
        axis: z.object({ min: z.number().nullable(), max: z.number().nullable(), flows: z.boolean() }),
        gain: z.boolean().optional(),
        threshold: z.number().positive(),
        learnt: z.record(z.string(), numbers),
        runs: z
          .array(
            z.object({
              run: z.int(),
              counts: numbers,
              lumisections: z.int(),
              sample: z.array(numbers),
              certified: z.object({ lumisections: z.string(), because: z.string() }).optional(),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});

/** Fits the detector on every histogram's references. */
export async function fitDqm(
  detectorName: string,
  sets: readonly ReferenceSet[],
  seed: number,
  withheld: readonly number[] = [],
): Promise<DqmModel> {
  const detector = findShapeDetector(detectorName);
  const histograms = new Map<string, HistogramModel>();
  for (const set of sets) {
    histograms.set(set.name, await fitHistogram(detector, set, seed));
  }
  return { detector: detector.name, seed, histograms, withheld };
}

/** A model as JSON text: references (from which it can be fitted again with more runs) and what was learnt from them. */
export function saveDqm({ detector, seed, histograms, withheld }: DqmModel): string {
  const all = [...histograms].map(([name, { set, learnt, threshold }]) => ({
    name,
    bins: set.bins,
    axis: set.axis,
    gain: set.gain,
    threshold,
    learnt,
    runs: set.runs.map(({ run, counts, lumisections, sample, certified }) => ({
      run,
      counts: [...counts],
      lumisections,
      sample: sample.map((one) => [...one]),
      certified,
    })),
  }));
  return sealJson({ format: FORMAT, detector, seed, withheld, histograms: all });
}

/** @throws UserError when the text is no model of this version */
export function loadDqm(text: string, where: string): DqmModel {
  const mistake = (what: string, cause: unknown) =>
    new UserError(what, where, "train it again: cmswatch dqm train --train FILE --model DIR", { cause });
  let value: unknown;
  try {
    value = openSealedJson(text);
  } catch (error) {
    throw mistake(error instanceof SealError ? error.message : "is no model of data quality", error);
  }
  const parsed = savedSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw mistake(`is damaged or of another version at ${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
  }
  const { detector, seed, histograms, withheld } = parsed.data;
  const found = findShapeDetector(detector);
  try {
    return {
      detector,
      seed,
      withheld,
      histograms: new Map(
        histograms.map((one) => [one.name, openHistogram(found, referencesOf(one), one.learnt, one.threshold)]),
      ),
    };
  } catch (error) {
    throw mistake(error instanceof Error ? error.message : "is damaged", error);
  }
}

type SavedHistogram = z.infer<typeof savedSchema>["histograms"][number];

function referencesOf({ name, bins, axis, gain, runs }: SavedHistogram): ReferenceSet {
  if (runs.some(({ counts, sample }) => [counts, ...sample].some((one) => one.length !== bins))) {
    throw new Error(`"${name}" has references of other bins than its own`);
  }
  const arrays = runs.map(({ run, counts, lumisections, sample, certified }) => ({
    run,
    lumisections,
    certified,
    counts: Float64Array.from(counts),
    sample: sample.map((one) => Float64Array.from(one)),
  }));
  return { name, bins, axis, gain, runs: arrays };
}
