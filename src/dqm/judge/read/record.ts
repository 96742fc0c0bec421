import { type Axis, type LumiHistogram, totalOf } from "../histogram.ts";
import type { HistogramColumns } from "./columns.ts";

/** A histogram with the labels that were asked for; a label is null where its cell is no number. */
export interface LabelledHistogram extends LumiHistogram {
  readonly labels: ReadonlyMap<string, number | null>;
}

/** Either what a row holds, or why it cannot be used. */
export type RecordResult =
  | { readonly ok: true; readonly histogram: LabelledHistogram }
  | { readonly ok: false; readonly reason: string };

/** Parts of a histogram as they were found, before they are believed. */
export interface RawHistogram {
  readonly run: unknown;
  readonly lumi: unknown;
  readonly name: unknown;
  readonly counts: readonly unknown[] | null;
  readonly entries: unknown;
  readonly min: unknown;
  readonly max: unknown;
  readonly bins: unknown;
  readonly labels: ReadonlyMap<string, unknown>;
}

const MOST_BINS = 20_000;
const NO_LABELS: ReadonlyMap<string, null> = new Map();

/** Reads one row of a CSV file. */
export function histogramOfRow(row: readonly string[], columns: HistogramColumns): RecordResult {
  const cell = (at: number | null) => (at === null ? undefined : row[at]);
  return checkHistogram({
    run: cell(columns.run),
    lumi: cell(columns.lumi),
    name: cell(columns.name),
    counts: typeof columns.counts === "number" ? listOf(cell(columns.counts)) : columns.counts.map((at) => row[at]),
    entries: cell(columns.entries),
    min: cell(columns.min),
    max: cell(columns.max),
    bins: cell(columns.bins),
    labels: columns.labels.size === 0 ? NO_LABELS : new Map([...columns.labels].map(([label, at]) => [label, row[at]])),
  });
}

/** Believes a row, or says what is wrong with it. Runs, lumisections and counts must be numbers; no count may be negative. */
export function checkHistogram(raw: RawHistogram): RecordResult {
  const run = numberOf(raw.run);
  const lumi = numberOf(raw.lumi);
  if (run === null || lumi === null || !isPlace(run) || !isPlace(lumi)) {
    return {
      ok: false,
      reason: `run "${shown(raw.run)}" and lumisection "${shown(raw.lumi)}" must be whole numbers above 0`,
    };
  }
  const name = typeof raw.name === "string" ? raw.name.trim() : "";
  if (name === "") {
    return { ok: false, reason: "the histogram has no name" };
  }
  if (raw.counts === null || raw.counts.length < 2 || raw.counts.length > MOST_BINS) {
    return { ok: false, reason: `"${name}" has no list of 2 to ${MOST_BINS} counts` };
  }
  const counts = new Float64Array(raw.counts.length);
  for (let bin = 0; bin < counts.length; bin++) {
    const count = numberOf(raw.counts[bin]);
    if (count === null || count < 0) {
      return { ok: false, reason: `bin ${bin} of "${name}" is "${shown(raw.counts[bin])}", not a count` };
    }
    counts[bin] = count;
  }
  const axis = axisOf(raw, counts.length);
  if (axis === null) {
    return { ok: false, reason: `"${name}" has ${counts.length} counts where xbins says ${shown(raw.bins)}` };
  }
  const entries = numberOf(raw.entries) ?? totalOf(counts);
  const labels =
    raw.labels.size === 0 ? NO_LABELS : new Map([...raw.labels].map(([label, value]) => [label, numberOf(value)]));
  return { ok: true, histogram: { run, lumi, name, counts, axis, entries, labels } };
}

/** With two counts more than `xbins` the first and last are underflow and overflow; null when neither fits. */
function axisOf({ bins, min, max }: RawHistogram, length: number): Axis | null {
  const inner = numberOf(bins);
  if (inner !== null && inner !== length && inner !== length - 2) {
    return null;
  }
  return { min: numberOf(min), max: numberOf(max), flows: inner === length - 2 };
}

/** The items of `[1, 2, …]`, or of numbers separated by blanks, commas or semicolons. */
function listOf(text: string | undefined): readonly string[] | null {
  const inside = text?.trim().replace(/^\[/, "").replace(/\]$/, "").trim() ?? "";
  return inside === "" ? null : inside.split(/[\s,;]+/);
}

function numberOf(value: unknown): number | null {
  if (typeof value !== "string") {
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }
  const number = Number(value);
  // Blanks alone are zero to Number.
  return Number.isFinite(number) && (number !== 0 || value.trim() !== "") ? number : null;
}

function isPlace(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function shown(value: unknown): string {
  // A text of an object is made by the object itself, which may be anything.
  return (typeof value === "object" ? JSON.stringify(value ?? "") : String(value ?? "")).slice(0, 40);
}
