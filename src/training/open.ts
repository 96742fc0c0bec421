import { type ResourceLimits, Worker } from "node:worker_threads";

/** The file beside `module`: compiled as that module is, or source as it is. @param module a module's `import.meta.url` */
export function besides(module: string, file: string): URL {
  const source = new URL(file, module);
  return module.endsWith(".ts") ? source : new URL(source.href.replace(/\.ts$/, ".js"));
}

/**
 * Starts a thread. From source it first needs the TypeScript loader of the tests and scripts: Node 20 cannot run TypeScript,
 * and a thread does not inherit the loader of the thread that starts it.
 */
export function openWorker(entry: URL, name: string, workerData: unknown, resourceLimits?: ResourceLimits): Worker {
  const options = { workerData, name, ...(resourceLimits === undefined ? {} : { resourceLimits }) };
  if (!entry.pathname.endsWith(".ts")) {
    return new Worker(entry, options);
  }
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const main = JSON.stringify(entry.href);
  const code = `import(${loader}).then(({ register }) => { register(); return import(${main}); });`;
  return new Worker(code, { ...options, eval: true });
}
