import { z } from "zod";
import { DQM_STATUSES } from "../alert/dqm.ts";

const status = z.enum(DQM_STATUSES);
const time = z.iso.datetime();
const shares = z.array(z.number()).describe("One a bin.");

const runRow = z.object({
  run: z.int(),
  judgedAt: time,
  detector: z.string(),
  counts: z.record(status, z.int()).describe("Lumisections by status."),
});

export const runListView = z.object({ runs: z.array(runRow).describe("Highest run numbers first.") });
export type RunListView = z.output<typeof runListView>;

export const runPageView = z.object({
  ...runRow.shape,
  lumis: z.array(
    z.object({
      lumi: z.int(),
      status,
      score: z.number().nullable().describe("1 and more is bad."),
      by: z.string().nullable().describe("Who overruled."),
    }),
  ),
  ranges: z.array(z.object({ first: z.int(), last: z.int(), status, reason: z.string(), by: z.string().nullable() })),
  worst: z.array(z.string()).describe("What is off in the worst lumisection."),
  evidence: z.array(
    z.object({
      lumi: z.int(),
      histogram: z.string(),
      bins: z.array(z.string()),
      seen: shares,
      expected: shares,
      low: shares,
      high: shares,
      pulls: shares,
    }),
  ),
  overrules: z.array(
    z.object({
      id: z.string(),
      first: z.int(),
      last: z.int(),
      status,
      reason: z.string(),
      by: z.string(),
      via: z.string(),
      at: time,
      revokedAt: time.nullable(),
    }),
  ),
});
export type RunPageView = z.output<typeof runPageView>;
