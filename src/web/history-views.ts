import { z } from "zod";
import { groupView } from "./views.ts";

const time = z.iso.datetime();

/** One thing that happened to a group of alerts. */
export const historyEntryView = z.object({
  at: time,
  kind: z.enum([
    "began",
    "joined",
    "changed",
    "silenced",
    "unsilenced",
    "acknowledged",
    "unacknowledged",
    "resolved",
    "paged",
    "note",
    "did",
  ]),
  group: z.string().nullable().describe("Id of the group; null where it belongs to none."),
  service: z.string().nullable(),
  who: z.string().nullable().describe("Who did it, or who was paged; null for what came by itself."),
  text: z.string().describe("What happened, one sentence."),
  count: z.int().positive().describe("Alerts that it concerns."),
});
export type HistoryEntryView = z.output<typeof historyEntryView>;

export const historyView = z.object({
  from: time,
  to: time,
  entries: z.array(historyEntryView).describe("Newest first."),
  isCut: z.boolean().describe("True when there was more in this window than is shown."),
  stale: z
    .array(z.object({ group: z.string(), by: z.string(), since: time, title: z.string() }))
    .describe("Open groups whose acknowledgement is older than asked for."),
});
export type HistoryView = z.output<typeof historyView>;

export const groupPageView = z.object({
  id: z.string(),
  group: groupView.nullable().describe("As it is now; null for a group that is over and no longer remembered."),
  title: z.string(),
  began: time.nullable(),
  ended: time.nullable(),
  entries: z.array(historyEntryView).describe("Oldest first."),
  pages: z
    .array(z.object({ person: z.string(), sentAt: time, deliveredAt: time.nullable(), answeredAt: time.nullable() }))
    .describe("Who was paged, oldest first."),
});
export type GroupPageView = z.output<typeof groupPageView>;
