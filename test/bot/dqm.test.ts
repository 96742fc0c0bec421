import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runListMessage, runSummaryMessage } from "../../src/bot/messages/dqm-summary.ts";
import { createDqmRecord, type DqmRecord, type RunReport } from "../../src/dqm/service/record.ts";
import { memoryDqmStore } from "../dqm/service/fakes.ts";
import { judgedRun } from "../store/dqm-contract.ts";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { payloadProblems } from "./payload-check.ts";
import { NOW } from "./samples.ts";

const RUN = 306_425;
const lumis = Array.from({ length: 60 }, (_, at) => ({
  lumi: at + 1,
  status: at % 2 === 0 ? "BAD" : "GOOD",
  score: at % 2 === 0 ? 4 : 0.2,
  histogram: "charge <b>",
})) as ReturnType<typeof judgedRun>["lumis"];

async function deskWithRun(): Promise<DqmRecord> {
  const store = memoryDqmStore();
  await store.dqm.saveRun(judgedRun(RUN, { lumis }));
  return createDqmRecord({ store, clock: () => NOW, newId: () => "o1" });
}

describe("a run's summary", () => {
  test("leads with the counts, lists what is not good, and is what Slack takes, however many ranges there are", async () => {
    const report = (await (await deskWithRun()).report(RUN)) as RunReport;
    const message = runSummaryMessage(report, { fileId: "F1", altText: "map" }, "http://x");
    expect(message.text).toMatch(/^:red_circle: Run 306425: 30 GOOD, 30 BAD/);
    expect(JSON.stringify(message.blocks)).toContain("charge &lt;b&gt;");
    expect(JSON.stringify(message.blocks)).toContain("http://x/dqm/306425");
    expect(payloadProblems(message)).toEqual([]);
    expect(payloadProblems(runSummaryMessage(report, null, null))).toEqual([]);
    expect(payloadProblems(runListMessage([report]))).toEqual([]);
    expect(payloadProblems(runListMessage([]))).toEqual([]);
  });
});

describe("in Slack", () => {
  let harness: Harness;
  let dqm: DqmRecord;
  let channel: string;
  let ada: string;
  beforeEach(async () => {
    dqm = await deskWithRun();
    harness = await startHarness({ dqm });
    channel = harness.workspace.channel("cmsweb-alerts").id;
    ada = harness.workspace.user("ada").id;
  });
  afterEach(() => harness.close());
  const say = (text: string) => harness.workspace.runCommand({ user: ada, channel, text: `/anomaly ${text}` });
  const told = (words: string) =>
    harness.until(() => harness.seen(channel, ada).find((one) => textOf(one).includes(words)));

  test("the summary of a run comes once with its map, and its button opens the dialogue to overrule", async () => {
    const report = (await dqm.report(RUN)) as RunReport;
    await harness.bot.runSummary(report);
    await harness.bot.runSummary(report);
    const messages = harness.seen(channel).filter((one) => textOf(one).includes("Run 306425"));
    expect(messages).toHaveLength(1);
    expect(JSON.stringify(messages[0])).toContain("slack_file");
    const press = { user: ada, channel, ts: messages[0]?.ts ?? "", actionId: "dqm.overrule", value: String(RUN) };
    await harness.workspace.clickButton(press);
    const { id: viewId } = await harness.until(() => harness.workspace.state().modals[0]);
    const submit = (input: Record<string, string>) => harness.workspace.submitView({ user: ada, viewId, input });
    expect(await submit({ lumis: "x", status: "GOOD", reason: "why" })).toEqual({
      lumis: expect.stringContaining("12-137"),
    });
    expect(await submit({ lumis: "1-5", status: "GOOD", reason: "" })).toEqual({
      reason: expect.stringContaining("why"),
    });
    expect(await submit({ lumis: "1-5", status: "GOOD", reason: "known shift" })).toBeNull();
    await told("Lumisections 1 to 5 of run 306425 are GOOD now");
    expect((await dqm.report(RUN))?.overrules).toMatchObject([
      { by: "ada", via: "slack", reason: "known shift", last: 5 },
    ]);
  });

  test("`/anomaly dqm` lists runs, shows one with its map, and overrules", async () => {
    await say("dqm");
    await told("*306425*: 30 GOOD, 30 BAD");
    await say(`dqm ${RUN} 2-3 excluded calibration`);
    await told("Lumisections 2 to 3 of run 306425 are EXCLUDED now");
    await say(`dqm ${RUN} soon bad`);
    await told("Which lumisections?");
    await say("dqm 7");
    await told("There is no run “7” here");
    await say(`dqm ${RUN}`);
    await told("*Run 306425*: 29 GOOD, 29 BAD, 2 EXCLUDED");
  });
});
