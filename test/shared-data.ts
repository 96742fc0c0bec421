import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** Path of a file or folder of the development data, or null where that is missing: the test then skips and says so. */
export function sharedData(...parts: readonly string[]): string | null {
  const root = process.env["CMSWATCH_SHARED_DATA"] ?? resolve(import.meta.dirname, "../../shared/data");
  const path = join(root, ...parts);
  return existsSync(path) ? path : null;
}
