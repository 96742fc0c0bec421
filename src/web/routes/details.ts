import { z } from "zod";
import {
  anomalyDetailView,
  anomalyView,
  auditView,
  modelView,
  noiseView,
  oncallPageView,
  previewView,
  runbookView,
  serviceDetailView,
  silenceView,
} from "../detail-views.ts";
import type { WebDetails, WebSources } from "../sources.ts";
import { asOfView } from "../views.ts";
import { type Endpoint, reads, takes } from "./endpoint.ts";

const anything = z.object({});
const whole = (most: number, fallback: number) => z.coerce.number().int().min(1).max(most).default(fallback);
const days = z.object({ days: whole(90, 7) });

/** What the pages besides the first one read. Where there are no details every answer is 404. */
export function detailEndpoints({ details, asOf }: WebSources): readonly Endpoint[] {
  const from = async <T>(ask: (details: WebDetails) => Promise<T>): Promise<T | null> =>
    details === undefined ? null : ask(details);
  const list = async (name: string, ask: (details: WebDetails) => Promise<unknown>) =>
    details === undefined ? null : { [name]: await ask(details) };
  const range = z.object({ hours: whole(24 * 14, 3), entity: z.string().max(500).optional() });
  return [
    reads("/api/v1/services/:name", "One service on one time axis", serviceDetailView, range, ({ params, query }) =>
      from((all) =>
        all.service(params["name"] ?? "", {
          hours: query.hours,
          ...(query.entity === undefined ? {} : { entity: query.entity }),
        }),
      ),
    ),
    reads(
      "/api/v1/anomalies",
      "Anomalies, newest first",
      z.object({ anomalies: z.array(anomalyView) }),
      days,
      ({ query }) => list("anomalies", (all) => all.anomalies(query.days)),
    ),
    reads("/api/v1/anomalies/:id", "One anomaly with similar ones", anomalyDetailView, anything, ({ params }) =>
      from((all) => all.anomaly(params["id"] ?? "")),
    ),
    reads(
      "/api/v1/silences",
      "Silences with what they hide",
      z.object({ silences: z.array(silenceView), asOf: asOfView }),
      anything,
      () => from(async (all) => ({ silences: await all.silences(), asOf: asOf("silences") })),
    ),
    takes(
      "/api/v1/silences/preview",
      "What a silence would hide",
      z.strictObject({ matchers: z.array(z.string().max(10_000)).min(1).max(50) }),
      previewView,
      { role: () => "viewer", run: ({ body }) => from((all) => all.preview(body.matchers)) },
    ),
    reads("/api/v1/oncall", "Who is on call", oncallPageView, anything, () => from((all) => all.oncall())),
    reads("/api/v1/models", "Models with their versions", z.object({ models: z.array(modelView) }), anything, () =>
      list("models", (all) => all.models()),
    ),
    reads(
      "/api/v1/audit",
      "Who did what, newest first",
      z.object({ entries: z.array(auditView) }),
      z.object({ limit: whole(1000, 200) }),
      ({ query }) => list("entries", (all) => all.audit(query.limit)),
    ),
    reads("/api/v1/noise", "What alerts have cost people", noiseView, days, ({ query }) =>
      from((all) => all.noise(query.days)),
    ),
    reads("/api/v1/runbooks/:id", "One runbook", runbookView, anything, ({ params }) =>
      from((all) => all.runbook(params["id"] ?? "")),
    ),
  ];
}
