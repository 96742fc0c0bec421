import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../../alert/json.ts";
import { UserError } from "../../alert/user-error.ts";
import type { CollectQuery } from "./plan.ts";

const FILE = "collect.json";

const stateSchema = z.object({
  version: z.literal(1),
  job: z.string(),
  /** What was asked for, for people. */
  start: z.string(),
  end: z.string(),
  step: z.number(),
  source: z.string(),
  queries: z.array(z.object({ metric: z.string(), query: z.string(), done: z.number().nullable() })),
  sizes: z.record(z.string(), z.number()),
  entities: z.record(z.string(), z.record(z.string(), z.string())),
});

/** How far a collection has come: `done` is the last time (unix ms) of which everything is in the tables. */
export type CollectState = z.output<typeof stateSchema>;

/** What makes two collections the same, so that one may go on where the other stopped. */
export interface Job {
  readonly queries: readonly CollectQuery[];
  readonly start: Date;
  readonly end: Date;
  readonly step: number;
  readonly source: string;
}

/**
 * The state of an interrupted or finished collection of the same job in the folder, or a fresh one.
 * @throws UserError when the folder holds another collection, or its state cannot be read.
 */
export function openState(folder: string, job: Job): CollectState {
  const file = join(folder, FILE);
  const id = jobId(job);
  if (!existsSync(file)) {
    return {
      version: 1,
      job: id,
      start: job.start.toISOString(),
      end: job.end.toISOString(),
      step: job.step,
      source: job.source,
      queries: job.queries.map(({ metric, query }) => ({ metric, query, done: null })),
      sizes: {},
      entities: {},
    };
  }
  const parsed = stateSchema.safeParse(readJson(file));
  if (!parsed.success) {
    throw new UserError("is not the state of a collection", file, "delete it, or choose another --output-dir");
  }
  if (parsed.data.job !== id) {
    const { start, end, step, queries } = parsed.data;
    throw new UserError(
      `holds another collection (${queries.length} queries, ${start} to ${end}, step ${step / 1000} s)`,
      folder,
      "choose another --output-dir, or repeat that collection's flags to go on with it",
    );
  }
  return parsed.data;
}

/** Writes the state so that a crash leaves the old or the new one, never half of it. */
export function saveState(folder: string, state: CollectState): void {
  const file = join(folder, FILE);
  writeFileSync(`${file}.part`, JSON.stringify(state));
  renameSync(`${file}.part`, file);
}

function jobId({ queries, start, end, step, source }: Job): string {
  const asked = queries.map(({ metric, query, of }) => [metric, query, of]);
  return createHash("sha256")
    .update(JSON.stringify([asked, start.getTime(), end.getTime(), step, source]))
    .digest("hex");
}

function readJson(file: string): unknown {
  try {
    return parseJson(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
