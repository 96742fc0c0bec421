import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { UserError } from "../alert/user-error.ts";

/** X.train.csv[.gz] with X.test.csv[.gz] anywhere in the folder, by name. @throws UserError when there is none, or half of one */
export async function findPairs(folder: string): Promise<readonly { name: string; train: string; test: string }[]> {
  const files = await filesIn(folder);
  const pairs = files
    .filter((file) => /\.test\.csv(\.gz)?$/.test(file))
    .map((test) => {
      const name = test.replace(/\.test\.csv(\.gz)?$/, "");
      const train = [`${name}.train.csv.gz`, `${name}.train.csv`].find((candidate) => files.includes(candidate));
      if (train === undefined) {
        throw new UserError(`no ${name}.train.csv or .csv.gz`, join(folder, test), "each X.test needs its X.train");
      }
      return { name: relative(folder, name), train, test };
    });
  if (pairs.length === 0) {
    throw new UserError("no X.train.csv with X.test.csv", folder, "name files so, or use --train and --test");
  }
  return pairs;
}

/** All files below a folder, and what links to files, sorted, as paths that start with it. @throws UserError when it is no folder */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await stat(folder).catch(() => null);
  if (found === null || !found.isDirectory()) {
    throw new UserError(found === null ? "no such folder" : "is not a folder", folder, "check the path");
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() || (entry.isSymbolicLink() && (await stat(path).catch(() => null))?.isFile() === true)) {
      paths.push(path);
    }
  }
  return paths.sort();
}
