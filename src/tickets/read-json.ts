import type { z } from "zod";
import { parseJson } from "../alert/json.ts";
import { own } from "../alert/own.ts";
import { UserError } from "../alert/user-error.ts";
import { decodeText } from "./decode.ts";
import { refuseWebPage } from "./not-an-export.ts";
import { quoteValue } from "./problem.ts";

/** Longest JSON text (characters) that is read as a whole; thousands of tickets fit into a tenth of it. */
const MAX_JSON = 32 * 1024 * 1024;

/**
 * The value of a JSON text.
 * @throws UserError when it is empty, a web page, too long, or no JSON (cut off, for example).
 */
export async function readJson(bytes: AsyncIterable<Uint8Array>, where: string): Promise<unknown> {
  const blocks: string[] = [];
  let length = 0;
  for await (const block of decodeText(bytes, where)) {
    blocks.push(block);
    length += block.length;
    if (length > MAX_JSON) {
      throw new UserError(
        `is JSON of more than ${MAX_JSON} characters`,
        where,
        "ask for less of it, or page through it",
      );
    }
  }
  const text = blocks.join("");
  if (text.trim() === "") {
    throw new UserError("is empty", where, "fetch it again");
  }
  refuseWebPage(text, where);
  try {
    return parseJson(text);
  } catch (error) {
    throw new UserError(`is not JSON: ${(error as Error).message}`, where, "it may be cut off; fetch it again", {
      cause: error,
    });
  }
}

/** The field and the reason of the first thing that a schema found wrong. */
export function firstIssue(error: z.ZodError, value: unknown): { field: string | null; reason: string } {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const found = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? own(inner as Record<string, unknown>, String(key)) : undefined,
    value,
  );
  const what = found === undefined ? "it is missing" : `${quoteValue(found)}: ${issue?.message ?? "is wrong"}`;
  return { field: path.length === 0 ? null : path.join("."), reason: what };
}
