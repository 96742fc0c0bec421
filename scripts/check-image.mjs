// Does in an empty folder what the image's steps do, without a container engine, and starts the program from the result:
//   node scripts/check-image.mjs [--keep]
// COPY takes only what the Dockerfile names from a clean checkout, so a file that is forgotten there is found here.
// Not done: the base image and apt-get (only looked whether the packages exist), USER and the read-only root.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = join(dirname(fileURLToPath(import.meta.url)), "..");
const work = mkdtempSync(join(tmpdir(), "cmswatch-image-"));
const context = join(work, "context");
const DEADLINE = 90_000;

try {
  cleanCheckout();
  const stages = run(parse(readFileSync(join(checkout, "deploy/Dockerfile"), "utf8")));
  const image = stages.at(-1);
  const size = sizeOf(image.root);
  await tryOut(image);
  console.log(`image: every step works; ${mega(size)} MB without the base image`);
} finally {
  if (!process.argv.includes("--keep")) {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What git knows, as it is now: what is not in git is not in the image's context. */
function cleanCheckout() {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: checkout,
    encoding: "utf8",
  });
  for (const file of files.split("\0").filter((name) => name !== "" && existsSync(join(checkout, name)))) {
    cpSync(join(checkout, file), join(context, file));
  }
}

/** The Dockerfile's instructions, continued lines joined. */
function parse(text) {
  return text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, rest] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest: rest.trim() };
    });
}

function run(instructions) {
  const stages = [];
  const values = {};
  for (const { name, rest } of instructions) {
    const stage = stages.at(-1);
    const text = rest.replace(/\$\{(\w+)\}/g, (all, key) => values[key] ?? all);
    if (name === "ARG") {
      const [key, value] = text.split("=");
      values[key] = value;
    } else if (name === "FROM") {
      const [, base, alias] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text);
      stages.push({
        alias: alias ?? null,
        base,
        root: join(work, `stage-${stages.length}`),
        folder: "/",
        environment: {},
        settings: {},
      });
      mkdirSync(join(stages.at(-1).root, "tmp"), { recursive: true });
    } else if (name === "WORKDIR") {
      stage.folder = resolve(stage.folder, text);
      mkdirSync(join(stage.root, stage.folder), { recursive: true });
    } else if (name === "COPY") {
      copy(stages, stage, text);
    } else if (name === "RUN") {
      execute(stage, text);
    } else if (name === "ENV") {
      Object.assign(stage.environment, Object.fromEntries(text.split(/\s+/).map((pair) => pair.split("="))));
    } else if (["USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"].includes(name)) {
      stage.settings[name] = text;
    } else {
      throw new Error(`image: this check does not know ${name}; teach it`);
    }
  }
  return stages;
}

function copy(stages, stage, text) {
  const from = /^--from=(\S+)\s+/.exec(text);
  const source = from === null ? context : stages.find(({ alias }) => alias === from[1]).root;
  const words = text.replace(/^--\S+\s+/, "").split(/\s+/);
  const target = words.pop();
  const place = join(stage.root, resolve(stage.folder, target));
  for (const word of words) {
    const path = join(source, word);
    if (!existsSync(path)) {
      throw new Error(`image: COPY ${word}: there is no such file`);
    }
    const isFolder = statSync(path).isDirectory();
    cpSync(
      path,
      isFolder || (words.length === 1 && !target.endsWith("/") && !isDirectory(place))
        ? place
        : join(place, basename(path)),
      { recursive: true },
    );
  }
}

function isDirectory(path) {
  return existsSync(path) && statSync(path).isDirectory();
}

function execute(stage, text) {
  console.log(`image: RUN ${text.slice(0, 100)}`);
  if (text.startsWith("apt-get")) {
    const packages = /install\s+(?:-\S+\s+)*([^&]+)/.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
    for (const name of packages) {
      // A machine without apt's lists (or without apt) cannot say: that is no fault of the image.
      const { stdout } = spawnSync("apt-cache", ["dumpavail"], { encoding: "utf8", maxBuffer: 1e9 });
      if ((stdout ?? "") !== "" && spawnSync("apt-cache", ["show", name], { stdio: "ignore" }).status !== 0) {
        throw new Error(`image: apt has no package ${name}`);
      }
    }
    return;
  }
  // Absolute paths of the image are those of the stage's folder.
  const inside = text.replace(/(^|\s)\/(?=\w)/g, `$1${stage.root}/`);
  execFileSync("sh", ["-ec", inside], {
    cwd: join(stage.root, stage.folder),
    env: { ...cleanEnvironment(), ...stage.environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Starts what the image starts, with the demo's parts, and asks its health check and its first page. */
async function tryOut({ root, settings, environment }) {
  const [, script] = JSON.parse(settings.ENTRYPOINT);
  const main = join(root, script);
  const version = execFileSync(process.execPath, [main, "--version"], {
    encoding: "utf8",
    env: cleanEnvironment(),
  }).trim();
  if (version !== JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")).version) {
    throw new Error(`image: --version says ${version}`);
  }
  const health = JSON.parse(settings.HEALTHCHECK.replace(/^.*?CMD\s+/, ""));
  const port = new URL(/http:[^']+/.exec(health.at(-1))[0]).port;
  const child = spawn(process.execPath, [main, "demo", "--port", "0"], {
    cwd: join(root, "tmp"),
    env: {
      ...cleanEnvironment(),
      ...environment,
      CMSWATCH_STORE_URL: join(root, "data"),
      CMSWATCH_WEB_LISTEN: "127.0.0.1:0",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await addressOf(child);
    const script = health.at(-1).replace(`http://127.0.0.1:${port}`, url);
    await untilAnswered(`${url}/api/v1/services`, ({ services }) => services.some(({ score }) => score !== null));
    execFileSync(process.execPath, ["-e", script], { stdio: "inherit" });
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
}

function addressOf(child) {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(
      () => reject(new Error(`image: no address within ${DEADLINE / 1000} s: ${output}`)),
      DEADLINE,
    );
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const found = /open\s+(http:\/\/\S+)\/demo/.exec(output);
      if (found !== null) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    });
    child.once("exit", (code) => reject(new Error(`image: the program ended with ${code}: ${output}`)));
  });
}

async function untilAnswered(url, fits) {
  const end = Date.now() + DEADLINE;
  while (Date.now() < end) {
    const answer = await fetch(url).then(
      (response) => response.json(),
      () => null,
    );
    if (answer !== null && fits(answer)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`image: ${url} did not answer as hoped within ${DEADLINE / 1000} s`);
}

/** The environment without settings of this project and without what tells npm where it runs. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CMSWATCH_|npm_|NODE_|VITEST|SLACK_)/.test(name)),
  );
}

function sizeOf(folder) {
  return Number(execFileSync("du", ["-sk", folder], { encoding: "utf8" }).split("\t")[0]) * 1024;
}

function mega(bytes) {
  return Math.round(bytes / 1e6);
}
