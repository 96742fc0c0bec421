import { UserError } from "../../../alert/user-error.ts";

/** Where the parts of a lumisection's histogram are in a row. */
export interface HistogramColumns {
  readonly run: number;
  readonly lumi: number;
  readonly name: number;
  readonly entries: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Column with the number of bins without under- and overflow. */
  readonly bins: number | null;
  /** One column per bin in their order, or one column with all counts as `[1, 2, …]`. */
  readonly counts: readonly number[] | number;
  /** Label columns that were asked for, by name. */
  readonly labels: ReadonlyMap<string, number>;
}

const ALIASES = {
  run: ["run", "fromrun", "run_number"],
  lumi: ["lumi", "lumisection", "ls", "fromlumi", "ls_number"],
  name: ["hname", "name", "histogram", "me"],
  entries: ["entries"],
  min: ["xmin", "x_min"],
  max: ["xmax", "x_max"],
  bins: ["xbins", "x_bin"],
  counts: ["histo", "counts", "bins", "data"],
} as const;
const BIN = /^bin_?(\d+)$/i;

/**
 * Finds the columns by their names, in any order and case; others are ignored.
 * @param labels label columns to read where they are there; only training and evaluation ask for any
 * @throws UserError naming every column that is missing
 */
export function histogramColumns(
  header: readonly string[],
  where: string,
  labels: readonly string[] = [],
): HistogramColumns {
  const names = header.map((name) => name.trim().toLowerCase());
  const find = (part: keyof typeof ALIASES) => {
    const at = names.findIndex((name) => (ALIASES[part] as readonly string[]).includes(name));
    return at < 0 ? null : at;
  };
  const wanted = new Map(
    labels.map((label) => [label, names.indexOf(label.toLowerCase())] as const).filter(([, at]) => at >= 0),
  );
  const counts = binColumns(names) ?? find("counts");
  const found = { run: find("run"), lumi: find("lumi"), name: find("name"), counts };
  const missing = [
    ...Object.entries(found).flatMap(([part, at]) => (at === null ? [part === "counts" ? "bin_0…" : part] : [])),
  ];
  const { run, lumi, name } = found;
  if (missing.length > 0 || run === null || lumi === null || name === null || counts === null) {
    throw new UserError(
      `no column ${missing.map((one) => `"${one}"`).join(", ")}`,
      where,
      "give run, lumi, hname and bin_0, bin_1, … (or histo with a list), see docs/dqm.md",
    );
  }
  return {
    run,
    lumi,
    name,
    counts,
    entries: find("entries"),
    min: find("min"),
    max: find("max"),
    bins: find("bins"),
    labels: wanted,
  };
}

/** Columns bin_0, bin_1, … in the order of their numbers; null when there is none. */
function binColumns(names: readonly string[]): readonly number[] | null {
  const found = names.flatMap((name, at) => {
    const number = BIN.exec(name)?.[1];
    return number === undefined ? [] : [{ at, number: Number(number) }];
  });
  return found.length === 0 ? null : found.sort((a, b) => a.number - b.number).map(({ at }) => at);
}
