import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../alert/user-error.ts";
import { parseRunbook, type Runbook } from "./runbook.ts";

const MAX_BYTES = 200_000;

/** The folder of the runbooks that come with cmswatch; the same from `src` and from `dist`. */
export const BUILT_IN_RUNBOOKS = resolve(import.meta.dirname, "../../../docs/runbooks");

/** All runbooks of a folder, by file name, and those that cannot be read with the reason. @throws UserError for a missing folder. */
export function readRunbooks(folder: string): {
  readonly runbooks: readonly Runbook[];
  readonly faults: readonly UserError[];
} {
  const faults: UserError[] = [];
  const runbooks = filesOf(folder).flatMap((file) => {
    const path = join(folder, file);
    try {
      return [parseRunbook(readText(path), file.replace(/\.md$/, ""), path)];
    } catch (error) {
      if (error instanceof UserError) {
        faults.push(error);
        return [];
      }
      throw error;
    }
  });
  return { runbooks, faults };
}

/** All runbooks of a folder. @throws UserError for the first that cannot be read. */
export function loadRunbooks(folder: string | null = null): readonly Runbook[] {
  const { runbooks, faults } = readRunbooks(folder ?? BUILT_IN_RUNBOOKS);
  if (faults[0] !== undefined) {
    throw faults[0];
  }
  return runbooks;
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".md") && name.toLowerCase() !== "readme.md")
      .sort();
  } catch (error) {
    throw new UserError("is not a folder that can be read", folder, "check `runbooks:` in the configuration", {
      cause: error,
    });
  }
}

function readText(path: string): string {
  if (statSync(path).size > MAX_BYTES) {
    throw new UserError(`is larger than ${MAX_BYTES / 1000} kB`, path, "a runbook is short: split it");
  }
  return readFileSync(path, "utf8");
}
