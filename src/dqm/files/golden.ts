import { readFile } from "node:fs/promises";
import { UserError } from "../../alert/user-error.ts";
import type { GoldenRanges } from "../judge/golden.ts";
import { parseGolden } from "../judge/golden-json.ts";

/** Reads a certification JSON. @throws UserError when it cannot be read or is none */
export async function readGolden(path: string): Promise<GoldenRanges> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UserError("cannot be read", path, "check the path", { cause });
  });
  return parseGolden(text, path);
}
