import { z } from "zod";
import { groupView, oncallView, serviceView } from "./views.ts";

const time = z.iso.datetime();
const value = z.number().nullable();

const anomalyContextView = z.object({
  firstMove: z
    .object({ metric: z.string(), at: time, seen: z.number(), usual: z.number() })
    .nullable()
    .describe("The metric that left its usual range first."),
  similar: z
    .object({
      id: z.string(),
      entity: z.string(),
      openedAt: time,
      closedAt: time.nullable(),
      alike: z.number().describe("0 to 1."),
      because: z.string(),
    })
    .nullable()
    .describe("The earlier event that was most alike."),
  members: z
    .array(
      z.object({
        id: z.string(),
        entity: z.string(),
        openedAt: time,
        closedAt: time.nullable(),
        peakScore: z.number(),
        metric: z.string().nullable(),
      }),
    )
    .describe("Of an event of a whole service: its worst entities."),
  affected: z.int(),
  scored: z.int(),
  extent: z.string().nullish().describe("Of an event of a whole service: `3 of 50 pods`."),
  suspects: z.array(z.object({ service: z.string(), because: z.string() })).describe("Most suspect first."),
  lowered: z
    .array(
      z.object({
        by: z.enum(["intervention", "holiday", "extent", "feedback"]),
        muted: z.boolean(),
        because: z.string(),
      }),
    )
    .describe("Reasons to take it less seriously."),
});

export const anomalyView = z.object({
  id: z.string(),
  service: z.string(),
  entity: z.string(),
  detector: z.string(),
  modelVersion: z.string(),
  kind: z.enum(["point", "contextual", "collective"]),
  class: z.enum(["performance", "availability", "security"]),
  openedAt: time,
  closedAt: time.nullable(),
  peakAt: time,
  score: z.number(),
  peakScore: z.number(),
  threshold: z.number(),
  contributions: z.array(z.object({ metric: z.string(), share: z.number(), seen: value, expected: value })),
  evidence: z.array(z.string()),
  context: anomalyContextView.nullish(),
});
export type AnomalyView = z.output<typeof anomalyView>;

export const feedbackView = z.object({
  id: z.string(),
  at: time,
  by: z.string(),
  kind: z.string(),
  subject: z.string(),
  reason: z.string(),
  revokedAt: time.nullable(),
});
export type FeedbackView = z.output<typeof feedbackView>;

export const anomalyDetailView = z.object({
  anomaly: anomalyView,
  similar: z.array(anomalyView).describe("Earlier ones of the same service, most alike first."),
  feedback: z.array(feedbackView),
});
export type AnomalyDetailView = z.output<typeof anomalyDetailView>;

export const courseView = z.object({
  metric: z.string(),
  unit: z.string(),
  entity: z.string(),
  times: z.array(z.number()).describe("Unix seconds, ascending."),
  seen: z.array(value),
  low: z.array(value).describe("Lower edge of what is expected; null where the model gives none."),
  high: z.array(value),
});
export type CourseView = z.output<typeof courseView>;

export const spanView = z.object({
  kind: z.enum(["anomaly", "alert", "silence", "ticket", "intervention"]),
  id: z.string(),
  title: z.string(),
  from: time,
  to: time.nullable().describe("Null while it lasts."),
  href: z.string().nullable(),
});
export type SpanView = z.output<typeof spanView>;

export const serviceDetailView = z.object({
  now: time,
  demo: z.boolean(),
  service: serviceView,
  from: time,
  to: time,
  courses: z.array(courseView),
  caveat: z.string().nullable().describe("What is missing from the courses, and why."),
  spans: z.array(spanView),
  groups: z.array(groupView),
  anomalies: z.array(anomalyView),
  runbook: groupView.shape.runbook,
  dependsOn: z.array(z.string()),
  dependents: z.array(z.string()),
});
export type ServiceDetailView = z.output<typeof serviceDetailView>;

export const silenceView = z.object({
  id: z.string(),
  matchers: z.array(z.string()),
  startsAt: time,
  endsAt: time,
  state: z.enum(["active", "pending", "expired"]),
  createdBy: z.string(),
  comment: z.string(),
  ours: z.boolean().describe("Made by cmswatch: only those can be ended here."),
  owner: z.string().nullable(),
  purpose: z.string().nullable(),
  hides: z.int().nonnegative().describe("Alerts it hides now."),
  hidden: z.int().nonnegative().describe("Alerts it has hidden so far."),
});
export type SilenceView = z.output<typeof silenceView>;

export const previewView = z.object({
  now: z.int().nonnegative(),
  pastWeek: z.int().nonnegative(),
  examples: z.array(z.string()),
  warning: z.string().nullable(),
});
export type PreviewView = z.output<typeof previewView>;

export const oncallPageView = z.object({
  now: time,
  oncall: z.array(oncallView.extend({ because: z.string() })),
  shifts: z
    .array(z.object({ roster: z.string(), person: z.string(), from: time, to: time }))
    .describe("The next two weeks, by roster and time."),
  overrides: z.array(
    z.object({ id: z.string(), roster: z.string(), person: z.string(), from: time, to: time, by: z.string() }),
  ),
});
export type OncallPageView = z.output<typeof oncallPageView>;

export const modelView = z.object({
  id: z.string(),
  entity: z.string(),
  service: z.string(),
  detector: z.string(),
  version: z.string(),
  trainedAt: time,
  trainedFrom: time,
  trainedTo: time,
  metrics: z.array(z.string()),
  threshold: z.number(),
  figures: z.record(z.string(), z.number()),
  active: z.boolean(),
  note: z.string().nullish().describe("Why it was trained, and why it is or is not live."),
});
export type ModelView = z.output<typeof modelView>;

export const auditView = z.object({
  at: time,
  actor: z.string(),
  via: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditView = z.output<typeof auditView>;

export const noiseView = z.object({
  since: time,
  alerts: z.int().describe("Alerts that began to fire."),
  groups: z.int().describe("Groups they came in."),
  acknowledged: z.int(),
  silenced: z.int(),
  services: z.array(
    z.object({ service: z.string(), alerts: z.int(), groups: z.int(), acknowledged: z.int(), medianMinutes: value }),
  ),
  loudest: z.array(z.object({ name: z.string(), service: z.string(), alerts: z.int(), acknowledged: z.int() })),
});
export type NoiseView = z.output<typeof noiseView>;

export const runbookView = z.object({
  id: z.string(),
  title: z.string(),
  owners: z.array(z.string()),
  firstChecks: z.array(z.string()),
  remedies: z.array(z.object({ id: z.string(), text: z.string() })),
  links: z.array(z.object({ title: z.string(), url: z.string() })),
  body: z.string().describe("Markdown."),
});
export type RunbookView = z.output<typeof runbookView>;
