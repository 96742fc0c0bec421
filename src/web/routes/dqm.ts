import { z } from "zod";
import { MAX_RUN } from "../../alert/dqm.ts";
import type { WebDqm } from "../dqm.ts";
import { runListView, runPageView } from "../dqm-views.ts";
import { type Endpoint, reads } from "./endpoint.ts";

/** What the pages of data quality read; nothing where it is not kept. */
export function dqmEndpoints(dqm: WebDqm | undefined): readonly Endpoint[] {
  if (dqm === undefined) {
    return [];
  }
  const limit = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });
  return [
    reads("/api/v1/dqm", "Runs and their lumisections by status", runListView, limit, ({ query }) =>
      dqm.runs(query.limit),
    ),
    reads("/api/v1/dqm/:run", "One run's lumisections", runPageView, z.object({}), async ({ params }) => {
      const run = Number(params["run"]);
      return Number.isInteger(run) && run > 0 && run <= MAX_RUN ? dqm.run(run) : null;
    }),
  ];
}
