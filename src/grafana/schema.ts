import { z } from "zod";

/** A dashboard of `GET /api/search`; old versions give no uid, new ones may give no id. */
export const dashboardSchema = z.object({
  id: z.int().optional(),
  uid: z.string().optional(),
  title: z.string(),
  tags: z.array(z.string()).nullish(),
});
export const dashboardsSchema = z.array(dashboardSchema);

/** An annotation of `GET /api/annotations`; times in Unix milliseconds. */
export const annotationSchema = z.object({
  id: z.int(),
  dashboardUID: z.string().nullish(),
  dashboardId: z.int().nullish(),
  time: z.number(),
  timeEnd: z.number().nullish(),
  text: z.string().default(""),
  tags: z.array(z.string()).nullish(),
});
export const annotationsSchema = z.array(annotationSchema);

/** Answer of `POST /api/annotations`. */
export const createdSchema = z.object({ id: z.int() });
