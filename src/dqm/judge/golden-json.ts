import { z } from "zod";
import { parseJson } from "../../alert/json.ts";
import { UserError } from "../../alert/user-error.ts";
import { type GoldenRanges, normalise } from "./golden.ts";

const HINT = 'write {"297050": [[12, 137], [193, 776]]}: run → inclusive ranges of lumisections';
const schema = z.record(
  z.string().regex(/^[1-9]\d*$/, "is not a run number"),
  z.array(z.tuple([z.int().positive(), z.int().positive()])),
);

/** Reads a certification JSON; ranges may overlap and be in any order. @throws UserError naming the run that is wrong */
export function parseGolden(text: string, where: string): GoldenRanges {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new UserError("is not JSON", where, HINT, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UserError(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is wrong"}`, where, HINT);
  }
  const runs = Object.entries(parsed.data).map(([run, ranges]) => {
    const backwards = ranges.find(([first, last]) => last < first);
    if (backwards !== undefined) {
      throw new UserError(`run ${run}: the range [${backwards.join(", ")}] ends before it begins`, where, HINT);
    }
    return [Number(run), normalise(ranges)] as const;
  });
  return new Map(runs.filter(([, ranges]) => ranges.length > 0).sort(([a], [b]) => a - b));
}

/** A certification JSON, one run a line as CMS writes them. */
export function formatGolden(golden: GoldenRanges): string {
  const lines = [...golden].map(
    ([run, ranges]) => `"${run}": [${ranges.map(([first, last]) => `[${first}, ${last}]`).join(", ")}]`,
  );
  return `{${lines.join(",\n ")}}\n`;
}
