import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { fingerprint } from "../../alert/fingerprint.ts";
import type { Series } from "../source.ts";

const LONGEST_NAME = 120;
const HEADER = "timestamp,value\n";
/** Folder of the joined tables; no metric may be called so. */
export const JOINED = "entities";

/** A name as a file's: other characters become `_`, and a fingerprint keeps apart what that would make one. */
export function fileName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
  return plain === name && plain !== "" && plain.length <= LONGEST_NAME
    ? plain
    : `${plain.slice(0, LONGEST_NAME)}-${fingerprint({ name }).slice(0, 8)}`;
}

/** The table of one metric of one entity, relative to the output folder. */
export function seriesPath(metric: string, entity: string): string {
  return join(fileName(metric), `${fileName(entity)}.csv`);
}

/** The tables of a collection: one per metric and entity, appended to, with their sizes known. */
export interface SeriesFiles {
  /** Appends the points to the series' table. */
  append(path: string, series: Series): void;
  /** Bytes per table. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Rows written since it was opened. */
  readonly rows: number;
}

/**
 * Opens the tables as they were when `sizes` was noted: what an interrupted run wrote after that is cut off, tables it
 * began are deleted. The folders named are ours; nothing else in the output folder is touched.
 */
export function openSeriesFiles(
  folder: string,
  metrics: readonly string[],
  noted: ReadonlyMap<string, number>,
): SeriesFiles {
  for (const metric of new Set(metrics.map(fileName))) {
    const place = join(folder, metric);
    for (const file of existsSync(place) ? readdirSync(place).filter((name) => name.endsWith(".csv")) : []) {
      const size = noted.get(join(metric, file));
      if (size === undefined) {
        rmSync(join(place, file));
      } else {
        truncateSync(join(place, file), size);
      }
    }
  }
  const sizes = new Map(noted);
  let rows = 0;
  return {
    sizes,
    get rows() {
      return rows;
    },
    append(path, { times, values }) {
      const known = sizes.get(path);
      const lines: string[] = known === undefined ? [HEADER] : [];
      for (let index = 0; index < times.length; index++) {
        lines.push(`${times[index]},${formatValue(values[index] ?? Number.NaN)}\n`);
      }
      const text = lines.join("");
      if (known === undefined) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
      }
      appendFileSync(join(folder, path), text);
      sizes.set(path, (known ?? 0) + text.length);
      rows += times.length;
    },
  };
}

/** Numbers as Prometheus writes them. */
function formatValue(value: number): string {
  return Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}
