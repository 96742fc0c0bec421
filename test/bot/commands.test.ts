import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { sampleGroup } from "./samples.ts";

describe("/anomaly", () => {
  let harness: Harness;
  let user: string;
  let channel: string;
  beforeAll(async () => {
    harness = await startHarness();
    user = harness.workspace.user("ada").id;
    channel = harness.workspace.channel("cmsweb-alerts").id;
    harness.world.groups.set("g-1a2b3c4d", sampleGroup());
  });
  afterAll(() => harness.close());

  /** Runs the command and gives the private answer. */
  const ask = async (text: string): Promise<string> => {
    const known = harness.seen(channel, user).length;
    const answer = await harness.workspace.runCommand({ user, channel, text });
    expect(answer.status).toBe(200);
    expect(answer.body).toBe("");
    return textOf(await harness.until(() => harness.seen(channel, user)[known]));
  };

  test("status dbs says whether it is us, with every part and its age", async () => {
    const said = await ask("/anomaly status dbs");
    for (const part of [
      "FAILING",
      "Yes, it is us",
      "4.1 instead of 0.8 (5.12× higher)",
      "GGUS 155123",
      "deploying 3.4",
      "Ada",
      "DBS is slow or down",
      "frontend ok",
      "as of 12s ago",
    ]) {
      expect(said).toContain(part);
    }
  });

  test("text of tickets cannot call a channel", async () => {
    expect(await ask("/anomaly status dbs")).not.toContain("<!channel>");
  });

  test("a service alone asks for its status", async () => {
    expect(await ask("/anomaly DBS")).toContain("FAILING");
  });

  test("status without a service shows all of CMSWEB, worst first", async () => {
    const said = await ask("/anomaly status");
    expect(said.indexOf("*dbs* failing")).toBeLessThan(said.indexOf("*ok:* frontend"));
  });

  test("an unknown service gets suggestions", async () => {
    expect(await ask("/anomaly status dbx")).toContain("Did you mean *dbs*?");
  });

  test("a wrong word gets the nearest right one, which a button runs", async () => {
    const said = await ask("/anomaly stauts dbs");
    expect(said).toContain("/anomaly status dbs");
    const message = harness.seen(channel, user).at(-1);
    await harness.workspace.clickButton({ user, channel, ts: message?.ts ?? "", actionId: "command.run" });
    await harness.until(() =>
      harness.seen(channel, user).some((one) => one.ts > (message?.ts ?? "") && textOf(one).includes("FAILING")),
    );
  });

  test.each([
    ["/anomaly", "dbs"],
    ["/anomaly help", "/anomaly silence <service>"],
    ["/anomaly list", "2 ok"],
    ["/anomaly alerts", "g-1a2b3c4d"],
    ["/anomaly alerts dbs high", "Alerts of dbs, high"],
    ["/anomaly tickets", "155123"],
    ["/anomaly silences", "none"],
    ["/anomaly oncall", "Ada"],
    ["/anomaly oncall dbs", "On call for dbs"],
    ["/anomaly oncall override cmsweb me 4h", "Ada is on call for cmsweb"],
    ["/anomaly oncall override cmsweb me", "Ada is on call for cmsweb"],
    ["/anomaly oncall override nosuch me 4h", "no roster"],
    ["/anomaly runbook database slow", "DBS is slow or down"],
    ["/anomaly runbook", "Which one?"],
    ["/anomaly explain g-1a", "70 % *cpu*"],
    ["/anomaly explain zzzz", "No alert has the id"],
    ["/anomaly explain", "Which one?"],
    ["/anomaly silence dbs 2h deploying 3.4", "Silenced"],
    ["/anomaly silence dbs", "Write it like"],
    ["/anomaly silence nosuch 2h because", "There is no service"],
    ["/anomaly silence dbs soon because", "is not a duration"],
    ["/anomaly feedback g-1a not-anomaly", "Thank you"],
    ["/anomaly feedback g-1a not-anomly", "Did you mean `not-anomaly`"],
    ["/anomaly digest", "in the last day"],
    ["/anomaly transfers", "no source is configured"],
    ["/anomaly dqm 306425", "no source is configured"],
    ["/anomaly plot", "Which one?"],
    ["/anomaly plot dbs nosuch", "has no metric"],
    ["/anomaly plot dbs cpu 6h", "Line of cpu of dbs"],
    ["/anomaly xyzzy", "is not a command"],
  ])("%s", async (text, expected) => {
    expect(
      JSON.parse(JSON.stringify(await ask(text)))
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">"),
    ).toContain(expected);
  });

  test("ack acknowledges, and twice says who has it", async () => {
    await harness.show(sampleGroup());
    expect(await ask("/anomaly ack g-1a2b3c4d")).toContain("Acknowledged");
    expect(await ask("/anomaly ack g-1a2b3c4d")).toContain("ada has acknowledged it already");
  });

  test("a failure is told with a reference and changes nothing", async () => {
    const { overview } = harness.world.status;
    Object.assign(harness.world.status, { overview: () => Promise.reject(new Error("store away")) });
    expect(await ask("/anomaly list")).toContain("REF12345");
    Object.assign(harness.world.status, { overview });
  });
});
