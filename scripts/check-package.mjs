// Packs cmswatch, installs the package in an empty folder without dev dependencies, and uses it there as a newcomer would:
//   node scripts/check-package.mjs [--json]
// Prints sizes and times; ends with 1 when something is missing from the package or a command does not work.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = join(dirname(fileURLToPath(import.meta.url)), "..");
const work = mkdtempSync(join(tmpdir(), "cmswatch-package-"));
const project = join(work, "project");
const DEADLINE = 120_000;
const STARTS = 7;
const figures = {};

try {
  const tarball = pack();
  install(tarball);
  useCommands();
  await runDemo();
  console.log(process.argv.includes("--json") ? JSON.stringify(figures) : report());
} finally {
  rmSync(work, { recursive: true, force: true });
}

function pack() {
  // dist/ of the checkout may be old: what is packed is built now.
  execFileSync(process.execPath, [join(checkout, "scripts/build.mjs")], { stdio: "inherit" });
  const [packed] = JSON.parse(npm(["pack", "--json", "--ignore-scripts", "--pack-destination", work], checkout));
  const names = packed.files.map(({ path }) => path);
  const wanted = [
    "dist/main.js",
    "docs/runbooks/dbs-down.md",
    "deploy/compose.yaml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
  ];
  fail(
    "the package lacks",
    wanted.filter((name) => !names.includes(name)),
  );
  fail(
    "the package should not hold",
    names.filter((name) => /^(src|test|bench|scripts|node_modules)\/|\.test\.|\.png$|secrets\/[^.]/.test(name)),
  );
  figures.packedKilobytes = Math.round(packed.size / 1000);
  figures.unpackedKilobytes = Math.round(packed.unpackedSize / 1000);
  figures.files = names.length;
  return join(work, packed.filename);
}

function install(tarball) {
  execFileSync("mkdir", ["-p", project]);
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  const began = Date.now();
  npm(["install", "--no-audit", "--no-fund", "--omit=dev", tarball], project);
  figures.installSeconds = Math.round((Date.now() - began) / 1000);
  figures.installedPackages = readdirSync(join(project, "node_modules/.bin/..")).filter(
    (name) => !name.startsWith("."),
  ).length;
  figures.installedMegabytes = Math.round(
    Number(execFileSync("du", ["-sk", join(project, "node_modules")], { encoding: "utf8" }).split("\t")[0]) / 1000,
  );
  fail(
    "installed without being needed",
    ["typescript", "vitest", "playwright-core"].filter((name) => existsSync(join(project, "node_modules", name))),
  );
}

function useCommands() {
  const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
  expect(cmswatch(["--version"]), 0, version);
  expect(cmswatch(["alerts", "--help"]), 0, "--severity");
  expect(cmswatch(["runbooks", "lint"]), 0, "0 problems");
  expect(cmswatch(["no-such-command"]), 2, "");
  writeFileSync(join(project, "cmswatch.yaml"), "prometheus: { ulr: http://127.0.0.1:9090 }\n");
  expect(cmswatch(["check-config", "cmswatch.yaml"]), 2, "did you mean `url`");
  // The program itself, without npx's own time; the middle of several starts, each with nothing else to do.
  const main = join(project, "node_modules/cmswatch/dist/main.js");
  const times = Array.from({ length: STARTS }, () => {
    const began = process.hrtime.bigint();
    spawnSync(process.execPath, [main, "alerts", "--help"], { env: cleanEnvironment() });
    return Number(process.hrtime.bigint() - began) / 1e6;
  }).sort((left, right) => left - right);
  figures.helpMilliseconds = Math.round(times[Math.floor(STARTS / 2)]);
  figures.helpFastestMilliseconds = Math.round(times[0]);
}

/** `npx cmswatch demo` until its page shows scores, then Ctrl-C. */
async function runDemo() {
  const began = Date.now();
  const child = spawn("npx", ["--no-install", "cmswatch", "demo", "--port", "0"], {
    cwd: project,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const url = await until(
      "an address",
      () => /open\s+(http:\/\/\S+)\/demo/.exec(output)?.[1],
      () => output,
    );
    figures.demoPageSeconds = (Date.now() - began) / 1000;
    await until(
      "scores",
      async () => {
        const { services = [] } = await fetch(`${url}/api/v1/services`).then(
          (response) => response.json(),
          () => ({}),
        );
        return services.some(({ score }) => score !== null);
      },
      () => output,
    );
    figures.demoScoresSeconds = (Date.now() - began) / 1000;
  } finally {
    process.kill(-child.pid, "SIGINT");
    await ended;
  }
  fail(
    "the demo complains",
    output.split("\n").filter((line) => /\bError\b|UnhandledPromise|"level":(50|60)/.test(line)),
  );
}

async function until(what, ask, said) {
  const end = Date.now() + DEADLINE;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`package: no ${what} within ${DEADLINE / 1000} s: ${said()}`);
}

function cmswatch(args) {
  return {
    args,
    ...spawnSync("npx", ["--no-install", "cmswatch", ...args], {
      cwd: project,
      encoding: "utf8",
      env: cleanEnvironment(),
    }),
  };
}

function expect({ args, status, stdout, stderr }, code, text) {
  if (status !== code || !`${stdout}${stderr}`.includes(text)) {
    throw new Error(
      `package: cmswatch ${args.join(" ")} ended with ${status} (not ${code}) and said: ${stdout}${stderr}`,
    );
  }
}

function fail(what, list) {
  if (list.length > 0) {
    throw new Error(`package: ${what}: ${list.join(", ")}`);
  }
}

function npm(args, cwd) {
  return execFileSync("npm", args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: cleanEnvironment(),
  });
}

/** The environment without settings of this project and without what tells npm that it runs inside another one. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CMSWATCH_|npm_|NODE_|VITEST|SLACK_)/.test(name)),
  );
}

function report() {
  return Object.entries(figures)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
