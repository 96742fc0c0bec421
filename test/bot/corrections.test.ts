import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startHarness, textOf } from "./harness.ts";
import { sampleAlert, sampleGroup } from "./samples.ts";

const ID = "g-1a2b3c4d";
const OTHER = "g-9f8e7d6c";

describe("corrections", () => {
  let harness: Harness;
  let channel: string;
  let ada: string;
  const alerts = [sampleAlert(), sampleAlert({ pod: "dbs-global-r-2" })];
  beforeEach(async () => {
    harness = await startHarness();
    channel = harness.workspace.channel("cmsweb-alerts").id;
    ada = harness.workspace.user("ada").id;
    harness.world.groups.set(ID, sampleGroup({ alerts }));
    harness.world.groups.set(OTHER, sampleGroup({ id: OTHER, title: "Database of dbs is slow" }));
    await harness.show(sampleGroup({ alerts }));
  });
  afterEach(() => harness.close());

  const main = () => harness.seen(channel)[0];
  const asked = (what: string) => harness.until(() => harness.world.asked.find((one) => one.what === what));
  const told = (words: string) =>
    harness.until(() =>
      harness.seen(channel, ada).find((one) => one.ephemeralFor === ada && textOf(one).includes(words)),
    );
  const open = async (choice: string) => {
    const value = `${choice}|${ID}`;
    await harness.workspace.clickButton({ user: ada, channel, ts: main()?.ts ?? "", actionId: "group.more", value });
    return harness.until(() => harness.workspace.state().modals[0]);
  };
  const submit = async (choice: string, input: Readonly<Record<string, string>>) =>
    harness.workspace.submitView({ user: ada, viewId: (await open(choice)).id, input });

  test("a severity: the right one is chosen, reaches what learns, and the person is told what changes", async () => {
    expect(await submit("wrong-severity", { severity: "info" })).toBeNull();
    const { about } = await asked("feedback wrong-severity");
    expect(JSON.parse(about.slice(ID.length))).toMatchObject({
      alertname: "CMSWEBAnomaly",
      service: "dbs",
      severity: "info",
      was: "high",
    });
    await told("Thank you");
  });

  test("nothing chosen is said beside the field", async () => {
    expect(await submit("wrong-severity", {})).toEqual({ severity: "Choose the right one." });
  });

  test("alerts that do not belong are taken out", async () => {
    expect(await submit("wrong-group", { apart: alerts[1]?.fingerprint ?? "" })).toBeNull();
    expect((await asked("split")).about).toBe(`1 out of ${ID}`);
    await told("They are apart from now on.");
  });

  test("all of it goes to another group, and its message says where", async () => {
    expect(await submit("wrong-group", { into: OTHER })).toBeNull();
    expect((await asked("merge")).about).toBe(`${ID} into ${OTHER}`);
    await told("Put together.");
    await harness.until(() => textOf(main()).includes("Put into “Database of dbs is slow”"));
    expect(main()?.text).toContain("resolved");
  });

  test("both at once, or neither, is a mistake that is told", async () => {
    const fingerprint = alerts[1]?.fingerprint ?? "";
    expect(await submit("wrong-group", { into: OTHER, apart: fingerprint })).toHaveProperty("into");
    expect(await submit("wrong-group", {})).toHaveProperty("apart");
    expect(harness.world.asked).toEqual([]);
  });

  test("a group that is gone when the dialogue comes back is told so", async () => {
    const { id } = await open("wrong-severity");
    harness.world.groups.clear();
    await harness.workspace.submitView({ user: ada, viewId: id, input: { severity: "info" } });
    await told("This alert is gone meanwhile");
  });

  test.each([
    [`feedback ${ID} wrong-severity info it is only a test`, "feedback wrong-severity"],
    [`feedback ${ID} wrong-group ${OTHER}`, "merge"],
    [`feedback ${ID} wrong-group no idea`, "feedback wrong-group"],
  ])("/anomaly %s does the same", async (words, what) => {
    await harness.workspace.runCommand({ user: ada, channel, text: `/anomaly ${words}` });
    await asked(what);
  });
});
