import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { parseJson } from "../alert/json.ts";
import { own, putOwn } from "../alert/own.ts";
import { UserError } from "../alert/user-error.ts";
import { nearestNames } from "./nearest.ts";
import { type Config, configSchema } from "./schema.ts";
import { isServerUrl } from "./store-place.ts";

const PREFIX = "CMSWATCH_";
const MAX_BYTES = 5_000_000;

type Tree = Record<string, unknown>;
/** Gives the line of a key in the file it came from, or null for a value that came from elsewhere. */
type Locate = (path: readonly PropertyKey[]) => number | null;

/**
 * Reads the configuration: the YAML file (if any), then the environment over it, then secrets from their `…File` keys.
 * Paths in it are relative to the file's folder.
 * @throws UserError naming the key, the file with its line, and what to do.
 */
export function loadConfig(file: string | null, environment: NodeJS.ProcessEnv = process.env): Config {
  const { tree, locate } = file === null ? { tree: {}, locate: () => null } : readYaml(file);
  expandShorthands(tree);
  const fromEnvironment = applyEnvironment(tree, environment);
  const folder = file === null ? process.cwd() : dirname(file);
  readSecretFiles(tree, folder, file ?? "configuration");
  const result = configSchema.safeParse(tree, { error: explainIssue });
  if (!result.success) {
    throw toUserError(result.error, file, locate, fromEnvironment);
  }
  return resolvePaths(result.data, folder);
}

/** `alertmanager: embedded` and `prometheus: simulated`, or one address each, stand for the key that they are about. */
function expandShorthands(tree: Tree): void {
  const { alertmanager, prometheus } = tree;
  if (typeof alertmanager === "string") {
    tree["alertmanager"] = { urls: alertmanager === "embedded" ? alertmanager : [alertmanager] };
  }
  if (typeof prometheus === "string") {
    tree["prometheus"] = { url: prometheus };
  }
}

/** Reads a YAML file into plain data and a function that finds a key's line. @throws UserError when it is not YAML. */
export function readYaml(file: string): { tree: Tree; locate: Locate } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      `cannot be read (${(error as NodeJS.ErrnoException).code})`,
      file,
      "check the path and its permissions",
      {
        cause: error,
      },
    );
  }
  if (text.length > MAX_BYTES) {
    throw new UserError(
      `has ${text.length} characters`,
      file,
      "a configuration file is smaller than 5 MB; is this the right file?",
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fault = document.errors[0];
  if (fault !== undefined) {
    const line = lines.linePos(fault.pos[0]).line;
    throw new UserError(fault.message.split("\n")[0] ?? fault.code, `${file}:${line}`, "fix the YAML there");
  }
  const tree = expand(document, file);
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) {
    throw new UserError("is not a mapping of keys to values", file, "start it with a key such as `alertmanager:`");
  }
  const locate: Locate = (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) {
        return lines.linePos(node.range[0] as number).line;
      }
    }
    return null;
  };
  return { tree: tree as Tree, locate };
}

function expand(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new UserError((error as Error).message, file, "write the repeated parts out instead of aliases", {
      cause: error,
    });
  }
}

/** The environment variable that sets a key: `alertmanager.urls` → `CMSWATCH_ALERTMANAGER_URLS`. */
export function environmentName(path: readonly string[]): string {
  return PREFIX + path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join("_");
}

function applyEnvironment(tree: Tree, environment: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const used = new Map<string, string>();
  for (const path of leafPaths(configSchema)) {
    const name = environmentName(path);
    const value = own(environment, name);
    if (value === undefined || value === "") {
      continue;
    }
    let place = tree;
    for (const part of path.slice(0, -1)) {
      const next = own(place, part);
      const inner = (typeof next === "object" && next !== null ? next : {}) as Tree;
      putOwn(place, part, inner);
      place = inner;
    }
    putOwn(place, path.at(-1) ?? "", readEnvironmentValue(value, schemaAt(path)));
    used.set(path.join("."), name);
  }
  const apiUrl = environment["SLACK_API_URL"];
  if (apiUrl !== undefined && apiUrl !== "" && !used.has("slack.apiUrl")) {
    tree["slack"] = { ...(tree["slack"] as Tree | undefined), apiUrl };
    used.set("slack.apiUrl", "SLACK_API_URL");
  }
  return used;
}

/** The text of a variable as the schema of its key wants it; what does not fit is left for the schema to refuse. */
function readEnvironmentValue(text: string, schema: z.ZodType): unknown {
  const inner = unwrap(schema);
  const trimmed = text.trim();
  if (inner instanceof z.ZodString || inner instanceof z.ZodEnum || inner instanceof z.ZodURL) {
    return trimmed;
  }
  if (/^[[{]/.test(trimmed) || inner instanceof z.ZodNumber || inner instanceof z.ZodBoolean) {
    try {
      return parseJson(trimmed);
    } catch {
      return trimmed;
    }
  }
  const list =
    inner instanceof z.ZodUnion
      ? inner.options.find((option) => unwrap(option as z.ZodType) instanceof z.ZodArray)
      : inner;
  const isWord =
    inner instanceof z.ZodUnion &&
    inner.options.some((option) => option instanceof z.ZodLiteral && option.value === trimmed);
  return list instanceof z.ZodArray && !isWord ? trimmed.split(",").map((part) => part.trim()) : trimmed;
}

/** The schema of a key. @throws Error for a path that the schema does not have */
export function schemaAt(path: readonly string[]): z.ZodType {
  let schema: z.ZodType = configSchema;
  for (const part of path) {
    const inner = unwrap(schema);
    const next = inner instanceof z.ZodObject ? own(inner.shape as Record<string, z.ZodType>, part) : undefined;
    if (next === undefined) {
      throw new Error(`no key ${path.join(".")} in the schema`);
    }
    schema = next;
  }
  return schema;
}

/** Paths of all keys that are not themselves mappings with fixed keys. */
export function leafPaths(schema: z.ZodType, path: readonly string[] = []): readonly (readonly string[])[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, value]) => leafPaths(value as z.ZodType, [...path, key]));
  }
  return [path];
}

/** The schema without its defaults, optional marks and transformations. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.def.innerType as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.def.in as z.ZodType) : schema;
}

/** The keys beside which the schema has one that ends in `File`: they hold secrets, and that file may hold it instead. */
export function secretFilePaths(schema: z.ZodType = configSchema, path: readonly string[] = []): readonly string[][] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray || inner instanceof z.ZodRecord) {
    const item = inner instanceof z.ZodArray ? inner.element : inner.valueType;
    return secretFilePaths(item as z.ZodType, [...path, "*"]);
  }
  if (inner instanceof z.ZodUnion) {
    return inner.options.flatMap((option) => [...secretFilePaths(option as z.ZodType, path)]);
  }
  if (!(inner instanceof z.ZodObject)) {
    return [];
  }
  const shape = inner.shape as Record<string, z.ZodType>;
  return Object.entries(shape).flatMap(([key, value]) =>
    key.endsWith("File") && Object.hasOwn(shape, key.slice(0, -"File".length))
      ? [[...path, key]]
      : secretFilePaths(value, [...path, key]),
  );
}

const SECRET_FILE_KEYS = new Set(secretFilePaths().map((path) => path.at(-1) ?? ""));

function readSecretFiles(tree: Tree, folder: string, where: string): void {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "object" && value !== null) {
      readSecretFiles(value as Tree, folder, where);
    } else if (SECRET_FILE_KEYS.has(key) && typeof value === "string") {
      const target = key.slice(0, -"File".length);
      const path = isAbsolute(value) ? value : join(folder, value);
      try {
        putOwn(tree, target, own(tree, target) ?? readFileSync(path, "utf8").trim());
      } catch (error) {
        throw new UserError(`${key} names ${path}, which cannot be read`, where, "check the path and its permissions", {
          cause: error,
        });
      }
    }
  }
}

function explainIssue(issue: { code?: string; input?: unknown }): string | undefined {
  return issue.code === "invalid_type" && issue.input === undefined ? "is missing" : undefined;
}

function toUserError(
  error: z.ZodError,
  file: string | null,
  locate: Locate,
  environment: ReadonlyMap<string, string>,
): UserError {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const key = path.join(".");
  const variable = environment.get(key);
  const line = locate(path);
  const where =
    variable !== undefined
      ? `environment variable ${variable}`
      : file === null
        ? "configuration"
        : line === null
          ? file
          : `${file}:${line}`;
  if (issue?.code === "unrecognized_keys") {
    const unknown = issue.keys[0] ?? "";
    const full = [...path, unknown].join(".");
    const [nearest = null] = nearestNames(unknown, knownKeys(path), 1);
    const unknownLine = locate([...path, unknown]);
    const at = file === null ? "configuration" : unknownLine === null ? file : `${file}:${unknownLine}`;
    return new UserError(
      `unknown key \`${full}\``,
      at,
      nearest === null ? "see docs/configuration.md for the keys" : `did you mean \`${nearest}\`?`,
    );
  }
  return new UserError(
    `\`${key}\` ${lowerFirst(issue?.message ?? "is wrong")}`,
    where,
    "see docs/configuration.md for this key",
  );
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.ZodType = configSchema;
  for (const part of path) {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodObject) {
      schema = own(inner.shape as Record<string, z.ZodType>, String(part)) ?? z.never();
    } else if (inner instanceof z.ZodArray) {
      schema = inner.element as z.ZodType;
    }
  }
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function resolvePaths(config: Config, folder: string): Config {
  const absolute = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  const isDatabase = isServerUrl(config.store.url);
  const fromFile = <T extends { file?: string | undefined }>(source: T): T =>
    source.file === undefined ? source : { ...source, file: absolute(source.file) };
  const optional = (key: string, path: string | undefined) => (path === undefined ? {} : { [key]: absolute(path) });
  const { ggus, helpdesk, ssb, jira } = config.tickets;
  const { model, folder: incoming, exclude } = config.dqm;
  return {
    ...config,
    tickets: {
      ...config.tickets,
      ...(ggus === undefined ? {} : { ggus: fromFile(ggus) }),
      ...(helpdesk === undefined ? {} : { helpdesk: fromFile(helpdesk) }),
      ...(ssb === undefined ? {} : { ssb: fromFile(ssb) }),
      ...(jira === undefined ? {} : { jira: fromFile(jira) }),
    },
    dqm: {
      ...config.dqm,
      ...optional("model", model),
      ...optional("folder", incoming),
      ...optional("exclude", exclude),
    },
    store: { ...config.store, url: isDatabase ? config.store.url : absolute(config.store.url) },
    ...(config.services === undefined ? {} : { services: absolute(config.services) }),
    ...(config.oncall === undefined ? {} : { oncall: absolute(config.oncall) }),
    ...(config.runbooks === undefined ? {} : { runbooks: absolute(config.runbooks) }),
  };
}
