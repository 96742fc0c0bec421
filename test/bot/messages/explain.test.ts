import { expect, test } from "vitest";
import { loweredByExtent } from "../../../src/anomalies/life/extent.ts";
import { createRollUp } from "../../../src/anomalies/life/roll-up.ts";
import { explainMessage } from "../../../src/bot/messages/explain.ts";
import { event, minute } from "../../anomalies/life/events.ts";
import { sampleGroup } from "../samples.ts";

test("an explanation says how many pods it is, and why it is taken less seriously", () => {
  const pods = ["dbs-1", "dbs-2", "dbs-3"].map((entity) => event(entity, { entity, closedAt: null }));
  const [whole = event("?")] = createRollUp({ parts: () => "pods", scored: () => 50 }).take(pods).seen;
  const intervention = { by: "intervention", muted: false, because: "intervention OTG1 covers it" } as const;
  const lowered = [intervention, loweredByExtent(whole)].filter((reason) => reason !== null);
  const context = { ...(whole.context ?? event("?").context), lowered } as NonNullable<typeof whole.context>;
  const said = JSON.stringify(explainMessage(sampleGroup(), [{ ...whole, context }], []).blocks);
  expect(said).toContain("3 of 50 pods, worst dbs-");
  expect(said).toContain("_less serious: intervention OTG1 covers it_");
  expect(said).toContain("_less serious: only 3 of 50 pods_");
  const ordinary = { by: "feedback", muted: true, because: `ada said so at ${minute(0).toISOString()}` } as const;
  const muted = explainMessage(sampleGroup(), [{ ...whole, context: { ...context, lowered: [ordinary] } }], []);
  expect(JSON.stringify(muted.blocks)).toContain("_nobody is alerted: ada said so");
});
