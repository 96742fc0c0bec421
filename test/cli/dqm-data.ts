import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { LumiHistogram } from "../../src/dqm/judge/histogram.ts";
import { lumisectionsOf } from "../dqm/judge/synthetic.ts";

/** Three good runs and a shifted, bad one; `good` says so. */
export const FOUR_RUNS = [
  { run: 101, lumis: 25, shift: 0 },
  { run: 102, lumis: 25, shift: 0.3 },
  { run: 103, lumis: 25, shift: -0.3 },
  { run: 104, lumis: 12, shift: 4 },
].flatMap(lumisectionsOf);

/** Writes histograms in the public exercise's format; gzipped when the name says so. */
export async function writeCsv(path: string, histograms: readonly LumiHistogram[], good: (run: number) => number) {
  const bins = histograms[0]?.counts.length ?? 0;
  const header = ["run", "lumi", "hname", "entries", "xmax", "xmin", "xbins", "good"];
  const names = [...header, ...Array.from({ length: bins }, (_, bin) => `bin_${bin}`)];
  const rows = histograms.map(({ run, lumi, name, entries, axis, counts }) =>
    [run, lumi, name, entries, axis.max, axis.min, counts.length, good(run), ...counts].join(","),
  );
  const text = `${[names.join(","), ...rows].join("\n")}\n`;
  await writeFile(path, path.endsWith(".gz") ? gzipSync(text) : text);
}
