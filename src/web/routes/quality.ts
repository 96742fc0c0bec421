import { z } from "zod";
import { MAX_RUN } from "../../alert/quality.ts";
import type { WebQuality } from "../quality.ts";
import { runListView, runPageView } from "../quality-views.ts";
import { type Endpoint, reads } from "./endpoint.ts";

/** What the pages of data quality read; nothing where it is not kept. */
export function qualityEndpoints(quality: WebQuality | undefined): readonly Endpoint[] {
  if (quality === undefined) {
    return [];
  }
  const limit = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });
  return [
    reads("/api/v1/quality", "Runs and their lumisections by status", runListView, limit, ({ query }) =>
      quality.runs(query.limit),
    ),
    reads("/api/v1/quality/:run", "One run's lumisections", runPageView, z.object({}), async ({ params }) => {
      const run = Number(params["run"]);
      return Number.isInteger(run) && run > 0 && run <= MAX_RUN ? quality.run(run) : null;
    }),
  ];
}
