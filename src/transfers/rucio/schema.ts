import { z } from "zod";

/** `GET /`: who it is. */
export const rootSchema = z.object({
  version: z.object({ number: z.string(), distribution: z.string().optional() }),
});

/** Opened points in time: Elasticsearch says `id`, OpenSearch `pit_id`. */
export const openedSchema = z.union([
  z.object({ id: z.string().min(1) }).transform(({ id }) => id),
  z.object({ pit_id: z.string().min(1) }).transform(({ pit_id }) => pit_id),
]);

const hit = z.object({
  _id: z.string(),
  _source: z.record(z.string(), z.unknown()),
  sort: z.array(z.union([z.number(), z.string(), z.null()])).min(1),
});

/** One page. A page of which shards are missing, or that was cut off by time, is none. */
export const pageSchema = z.object({
  timed_out: z.boolean(),
  pit_id: z.string().optional(),
  _shards: z.object({ total: z.number(), failed: z.number() }),
  hits: z.object({ hits: z.array(hit) }),
});
export type Page = z.output<typeof pageSchema>;
