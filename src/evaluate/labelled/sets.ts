import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { parseJson } from "../../alert/json.ts";
import { UserError } from "../../alert/user-error.ts";

/** Labelled data of one kind, and what is known of it before it is read. */
export interface DataSet {
  /** Path below the folder that was named, or that folder's own name. */
  readonly name: string;
  readonly folder: string;
  readonly kind: "pairs" | "streams" | "faults";
  /** Seconds between rows where files have no times. */
  readonly step: number;
  /** W of VUS-PR; null for the period of each series. */
  readonly window: number | null;
}

/** Steps and windows of public data whose files do not say them, by the folder's name. */
const KNOWN: readonly { readonly name: RegExp; readonly step: number; readonly window: number | null }[] = [
  { name: /smd|machine/i, step: 60, window: null },
  { name: /asd|omi|services?|jumpstarter|dataset2/i, step: 300, window: 36 },
];
const UNKNOWN = { step: 60, window: null };
const MOST_DEPTH = 4;

/**
 * Finds labelled data at or below a folder: NAB's layout by its combined_windows.json, faults by faults.json, pairs by X.test.csv.
 * @throws UserError when there is none
 */
export async function findDataSets(folder: string): Promise<readonly DataSet[]> {
  const found = await stat(folder).catch(() => null);
  if (found === null || !found.isDirectory()) {
    throw new UserError(found === null ? "no such folder" : "is not a folder", folder, "check the path");
  }
  const sets = await setsBelow(folder, folder, 0);
  if (sets.length === 0) {
    throw new UserError(
      "no labelled data",
      folder,
      "name a folder with X.train.csv and X.test.csv, with combined_windows.json, or with faults.json",
    );
  }
  return sets;
}

async function setsBelow(folder: string, root: string, depth: number): Promise<readonly DataSet[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  const kind = kindOf(names);
  if (kind !== null) {
    const name = relative(root, folder) || basename(resolve(folder));
    return [{ name, folder, kind, ...knownOf(folder) }];
  }
  const below: DataSet[] = [];
  for (const entry of depth < MOST_DEPTH ? entries : []) {
    const path = join(folder, entry.name);
    if (
      entry.isDirectory() ||
      (entry.isSymbolicLink() && (await stat(path).catch(() => null))?.isDirectory() === true)
    ) {
      below.push(...(await setsBelow(path, root, depth + 1)));
    }
  }
  return below;
}

function kindOf(names: ReadonlySet<string>): DataSet["kind"] | null {
  if (names.has("combined_windows.json")) {
    return "streams";
  }
  if (names.has("faults.json")) {
    return "faults";
  }
  return [...names].some((name) => /\.test\.csv(\.gz)?$/.test(name)) ? "pairs" : null;
}

/** By the innermost folder whose name says something. */
function knownOf(folder: string): { readonly step: number; readonly window: number | null } {
  for (const part of resolve(folder).split(sep).reverse()) {
    const known = KNOWN.find(({ name }) => name.test(part));
    if (known !== undefined) {
      return { step: known.step, window: known.window };
    }
  }
  return UNKNOWN;
}

/** What a manifest says of TSB-AD's protocol for one series. */
export interface TsbAdSeries {
  /** Rows at the start of the test file that are trained on. */
  readonly trainPoints: number;
  /** The best VUS-PR that was published for the series; NaN where none is known. */
  readonly bestPublished: number;
}

/** Series of a folder's manifest.json that have TSB-AD's protocol. @throws UserError when there is none */
export async function readTsbAd(folder: string): Promise<ReadonlyMap<string, TsbAdSeries>> {
  const { z } = await import("zod");
  const path = join(folder, "manifest.json");
  const text = await readFile(path, "utf8").catch(() => null);
  const series = z.looseObject({
    tsb_ad_m: z
      .object({
        train_points: z.number().int().positive(),
        published_vus_pr: z.record(z.string(), z.number()).optional(),
      })
      .optional(),
  });
  const parsed = text === null ? null : z.record(z.string(), series).safeParse(parseJson(text));
  const found = new Map<string, TsbAdSeries>();
  for (const [name, { tsb_ad_m: protocol }] of Object.entries(parsed?.success === true ? parsed.data : {})) {
    if (protocol !== undefined) {
      const published = Object.values(protocol.published_vus_pr ?? {});
      const bestPublished = published.length === 0 ? Number.NaN : Math.max(...published);
      found.set(name, { trainPoints: protocol.train_points, bestPublished });
    }
  }
  if (found.size === 0) {
    throw new UserError("no series with tsb_ad_m.train_points", path, "leave --protocol out for this data");
  }
  return found;
}
