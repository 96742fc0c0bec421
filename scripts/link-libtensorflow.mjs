// Gives @tensorflow/tfjs-node a libtensorflow that is already on this machine, where its own download is out of reach.
// usage: node scripts/link-libtensorflow.mjs FOLDER [--package DIR] [--headers DIR] [--no-rebuild]      (see docs/tensorflow.md)
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HEADER = join("tensorflow", "c", "c_api.h");
const DEEPEST = 8;
const SUFFIX = process.platform === "darwin" ? "dylib" : "so";
/** `libtensorflow` alone is the C library; wheels since 2.12 carry its functions in `libtensorflow_cc`. */
const LIBRARY = ["libtensorflow", "libtensorflow_cc"];
const FRAMEWORK = ["libtensorflow_framework"];

function fail(what, hint) {
  console.error(`link-libtensorflow: ${what} — ${hint}`);
  process.exit(2);
}

/** Every file below a folder, at most DEEPEST folders down, nearest first. */
function filesBelow(folder, depth = 0) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(folder, entry.name));
  const folders = depth < DEEPEST ? entries.filter((entry) => entry.isDirectory()) : [];
  return [...files, ...folders.flatMap((entry) => filesBelow(join(folder, entry.name), depth + 1))];
}

/** The library of the first of these names that is there, in any version: libtensorflow.so, .so.2, .so.2.9.1, .2.dylib … */
function libraryAmong(files, names) {
  for (const name of names) {
    const found = files.find((file) => {
      const [stem, ...rest] = basename(file).split(".");
      return stem === name && rest.includes(SUFFIX);
    });
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** Copies a library under its own name, which its users look for, and links the plain name that the build asks for. */
function install(library, folder, plainName) {
  const name = basename(library);
  const own = join(folder, name);
  rmSync(own, { force: true });
  try {
    // libtensorflow is 800 MB: shared with where it comes from, if that is on the same file system.
    linkSync(realpathSync(library), own);
  } catch {
    cpSync(realpathSync(library), own);
  }
  // The package's install step downloads the library unless there is one of the version that it names.
  const versions = SUFFIX === "so" ? ["so.2", "so.2.9.1"] : ["2.dylib", "2.9.1.dylib"];
  const aliases = [`${plainName}.${SUFFIX}`, ...versions.map((version) => `${plainName}.${version}`)];
  for (const alias of aliases.filter((alias) => alias !== name)) {
    rmSync(join(folder, alias), { force: true });
    symlinkSync(name, join(folder, alias));
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    package: { type: "string" },
    headers: { type: "string" },
    "no-rebuild": { type: "boolean", default: false },
  },
});
const [from] = positionals;
if (from === undefined || !existsSync(from)) {
  fail(`no folder ${from ?? "given"}`, "name the folder that an unpacked libtensorflow or tensorflow-cpu wheel is in");
}
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = resolve(values.package ?? join(root, "node_modules", "@tensorflow", "tfjs-node"));
if (!existsSync(join(target, "package.json"))) {
  fail(`${target} is not there`, "run `npm install --ignore-scripts --no-save @tensorflow/tfjs-node@4.22.0` first");
}
const files = filesBelow(resolve(from));
const library = libraryAmong(files, LIBRARY);
const framework = libraryAmong(files, FRAMEWORK);
const header = files.find((file) => file.endsWith(HEADER));
if (library === undefined || framework === undefined || header === undefined) {
  const missing = [library ?? "libtensorflow", framework ?? "libtensorflow_framework", header ?? HEADER];
  const names = missing.filter((name) => !existsSync(name)).join(", ");
  fail(`${names} not found below ${from}`, "unpack libtensorflow 2.x, or a tensorflow-cpu wheel, there");
}
const lib = join(target, "deps", "lib");
mkdirSync(lib, { recursive: true });
install(library, lib, "libtensorflow");
install(framework, lib, "libtensorflow_framework");
const include = header.slice(0, -HEADER.length);
cpSync(include, join(target, "deps", "include"), { recursive: true });
console.log(`libraries and headers of ${basename(library)} are in ${join(target, "deps")}`);
if (!values["no-rebuild"]) {
  // Not `npm rebuild`: that asks the usual host for a finished binding first.
  const from = createRequire(join(target, "package.json"));
  const builder = join(dirname(from.resolve("@mapbox/node-pre-gyp/package.json")), "bin", "node-pre-gyp");
  const headers = values.headers === undefined ? [] : [`--nodedir=${resolve(values.headers)}`];
  const parameters = [builder, "install", "--build-from-source", ...headers];
  const { status } = spawnSync(process.execPath, parameters, { cwd: target, stdio: "inherit" });
  process.exit(status === 0 ? 0 : 2);
}
