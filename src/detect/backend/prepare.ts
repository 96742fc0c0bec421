import type * as Core from "@tensorflow/tfjs";

export type TensorFlow = typeof Core;
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
}

const LOADERS: Readonly<Record<BackendName, BackendLoader>> = {
  native: async () => (await import("./native.ts")).loadNative(),
  wasm: async () => (await import("./wasm.ts")).loadWasm(),
};

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}

async function choose(wanted: BackendWish, loaders: Readonly<Record<BackendName, BackendLoader>>): Promise<Backend> {
  if (wanted === "wasm") {
    return { name: "wasm", reason: "asked for", tf: await loaders.wasm() };
  }
  try {
    const tf = await loaders.native();
    return { name: "native", reason: wanted === "native" ? "asked for" : "tfjs-node loads", tf };
  } catch (error) {
    if (wanted === "native") {
      throw new Error(
        `TensorFlow's native library was asked for but does not load: ${firstLine(error)}. ` +
          "Run `npm rebuild @tensorflow/tfjs-node`, see docs/tensorflow.md, or ask for wasm.",
        { cause: error },
      );
    }
    return { name: "wasm", reason: `tfjs-node does not load: ${firstLine(error)}`, tf: await loaders.wasm() };
  }
}

/** Chooses and readies a backend, without remembering it. */
export async function openBackend(options: PrepareOptions = {}): Promise<Backend> {
  const backend = await choose(options.wanted ?? "auto", options.loaders ?? LOADERS);
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

/**
 * The one backend of this thread: chosen at the first call, the same at every later one.
 * @throws Error when another one is asked for later, or the wanted one does not load.
 */
export async function prepareBackend(options: PrepareOptions = wish): Promise<Backend> {
  if (prepared === null) {
    prepared = { wanted: options.wanted ?? "auto", backend: openBackend(options) };
    prepared.backend.catch(() => {
      prepared = null;
    });
  }
  const backend = await prepared.backend;
  if (options.wanted !== undefined && options.wanted !== "auto" && options.wanted !== backend.name) {
    throw new Error(`the ${backend.name} backend is already in use; choose ${options.wanted} before the first model`);
  }
  return backend;
}
