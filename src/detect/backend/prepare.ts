import { UserError } from "../../alert/user-error.ts";
import type { TensorFlow } from "./tensor-flow.ts";

export type BackendName = "native" | "wasm";
export type BackendWish = "auto" | BackendName;

/** TensorFlow.js, ready to train. */
export interface Backend {
  readonly name: BackendName;
  /** Why this one, for the log and the person who wonders. */
  readonly reason: string;
  readonly tf: TensorFlow;
}

/** Loads one of the two; replaced in tests. @throws when it is not there. */
export type BackendLoader = () => Promise<TensorFlow>;

export interface PrepareOptions {
  readonly wanted?: BackendWish;
  /** Gets one line of static text and the fields that go with it. */
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly loaders?: Readonly<Record<BackendName, BackendLoader>>;
  /** What is wrong with the native library once it has loaded, null for nothing; replaced in tests. */
  readonly check?: (tf: TensorFlow) => Promise<string | null>;
}

const LOADERS: Readonly<Record<BackendName, BackendLoader>> = {
  native: async () => (await import("./native.ts")).loadNative(),
  wasm: async () => (await import("./wasm.ts")).loadWasm(),
};

async function checkNative(tf: TensorFlow): Promise<string | null> {
  return (await import("./self-check.ts")).checkBackend(tf);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}

/** What is wrong with a library that loads, in a few words; null for nothing. */
async function faultOf(tf: TensorFlow, check: NonNullable<PrepareOptions["check"]>): Promise<string | null> {
  try {
    return await check(tf);
  } catch (error) {
    return firstLine(error);
  }
}

async function choose({ wanted = "auto", loaders = LOADERS, check = checkNative }: PrepareOptions): Promise<Backend> {
  if (wanted === "wasm") {
    return { name: "wasm", reason: "asked for", tf: await loaders.wasm() };
  }
  const native = await loaders.native().catch((error: unknown) => ({ missing: firstLine(error), error }));
  if ("missing" in native) {
    if (wanted === "native") {
      throw new UserError(
        `TensorFlow's native library does not load: ${native.missing}`,
        "detect.backend",
        "install it as docs/tensorflow.md says, or set auto or wasm",
      );
    }
    return { name: "wasm", reason: `tfjs-node does not load: ${native.missing}`, tf: await loaders.wasm() };
  }
  const fault = await faultOf(native, check);
  if (fault !== null) {
    return { name: "wasm", reason: `tfjs-node fails its self-check: ${fault}`, tf: await loaders.wasm() };
  }
  return { name: "native", reason: wanted === "native" ? "asked for" : "tfjs-node loads", tf: native };
}

/** Chooses and readies a backend, without remembering it. @throws UserError when the native library is asked for and not there */
export async function openBackend(options: PrepareOptions = {}): Promise<Backend> {
  const backend = await choose(options);
  options.log?.("TensorFlow.js backend ready", { backend: backend.name, reason: backend.reason });
  return backend;
}

let wish: PrepareOptions = {};

/** Says what this thread shall use, before anything needs it; loads nothing. */
export function wishBackend(options: PrepareOptions): void {
  wish = options;
}

export function wished(): PrepareOptions {
  return wish;
}

let prepared: { readonly wanted: BackendWish; readonly backend: Promise<Backend> } | null = null;

/** Lets go of a native library that failed: from now on this thread uses WebAssembly. @returns whether it was in use */
export async function abandonNative(): Promise<boolean> {
  const backend = await prepared?.backend.catch(() => null);
  if (backend?.name !== "native") {
    return false;
  }
  prepared = null;
  wish = { ...wish, wanted: "wasm" };
  return true;
}

/**
 * The one backend of this thread: chosen at the first call, the same at every later one.
 * @throws UserError when the native library is wanted and does not load · Error when another one is asked for later
 */
export async function prepareBackend(options: PrepareOptions = wish): Promise<Backend> {
  const wanted = options.wanted ?? "auto";
  if (prepared === null) {
    prepared = { wanted, backend: openBackend(options) };
    prepared.backend.catch(() => {
      prepared = null;
    });
  }
  const known = prepared;
  const backend = await known.backend;
  if (wanted !== "auto" && wanted !== backend.name && wanted !== known.wanted) {
    throw new Error(`the ${backend.name} backend is already in use; choose ${wanted} before the first model`);
  }
  return backend;
}
