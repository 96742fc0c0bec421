import { z } from "zod";

const time = z.iso.datetime().describe("A time, UTC.");
const labels = z.record(z.string(), z.string());

/** How a service is, worst first. */
export const SERVICE_STATES = ["down", "anomalous", "silenced", "no-data", "learning", "ok"] as const;

export const serviceView = z.object({
  name: z.string(),
  title: z.string(),
  state: z.enum(SERVICE_STATES),
  reason: z.string().describe("Why it is in this state, one sentence."),
  score: z.number().nullable().describe("Newest calibrated score; null while there is none."),
  threshold: z.number().nullable(),
  scores: z
    .array(z.tuple([z.number(), z.number().nullable()]))
    .max(500)
    .describe("[unix seconds, score], ascending."),
  openIssues: z.int().nonnegative(),
  severity: z.string().nullable().describe("Worst severity of its open issues."),
  owners: z.array(z.string()),
  oncall: z.string().nullable().describe("Person on call for it."),
  dataAt: time.nullable().describe("Time of the newest point."),
});
export type ServiceView = z.output<typeof serviceView>;

export const alertView = z.object({
  fingerprint: z.string(),
  name: z.string(),
  severity: z.string().nullable(),
  state: z.enum(["active", "suppressed", "unprocessed", "resolved"]),
  labels,
  annotations: labels,
  startsAt: time,
  endsAt: time.nullable(),
  generatorURL: z.string().nullable(),
});
export type AlertView = z.output<typeof alertView>;

export const groupView = z.object({
  id: z.string(),
  title: z.string(),
  service: z.string().nullable(),
  severity: z.string(),
  state: z.enum(["firing", "acknowledged", "silenced", "resolved"]),
  startsAt: time,
  endsAt: time.nullable(),
  acknowledgedBy: z.string().nullable(),
  alerts: z.array(alertView),
  rootFingerprint: z.string().nullable(),
  reasons: z.array(z.string()),
  owners: z.array(z.string()),
  runbook: z.object({ title: z.string(), url: z.string(), firstSteps: z.array(z.string()) }).nullable(),
  solutions: z.array(z.object({ id: z.string(), text: z.string(), reason: z.string() })),
});
export type GroupView = z.output<typeof groupView>;

export const progressView = z.object({
  entity: z.string(),
  detector: z.string(),
  state: z.enum(["waiting", "training", "done", "failed"]),
  epoch: z.int().nonnegative(),
  epochs: z.int().nonnegative(),
  loss: z.number().nullable(),
  detail: z.string().describe("What it waits for, or why it failed; else empty."),
});
export type ProgressView = z.output<typeof progressView>;

export const partView = z.object({
  name: z.string().describe("Prometheus, Alertmanager, Slack, …"),
  state: z.enum(["ok", "degraded", "off"]),
  detail: z.string().describe("What is wrong and what to do, or where it is."),
  lastSuccess: time.nullable(),
});
export type PartView = z.output<typeof partView>;

export const oncallView = z.object({ roster: z.string(), person: z.string(), until: time.nullable() });

export const statusView = z.object({
  version: z.string(),
  startedAt: time,
  now: time,
  demo: z.boolean(),
  parts: z.array(partView),
  oncall: z.array(oncallView),
  progress: z.array(progressView),
});
export type StatusView = z.output<typeof statusView>;

/** How old a list is. */
export const asOfView = z.object({
  at: time.nullable().describe("When it was last read; null before the first time."),
  caveat: z.string().nullable().describe("Why it is older than it should be, or missing; null where it is fresh."),
});
export type AsOfView = z.output<typeof asOfView>;

export const overviewView = z.object({
  status: statusView,
  asOf: asOfView,
  services: z.array(serviceView),
  groups: z.array(groupView),
});
