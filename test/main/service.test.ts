import { afterEach, describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { type ServiceWorld, startServiceWorld } from "../service.ts";

const MINUTE = 60_000;

let world: ServiceWorld;
afterEach(async () => {
  await world.close();
});

function alert(alertname: string, labels: Readonly<Record<string, string>> = {}, startsAt = world.now()): Alert {
  return {
    labels: { alertname, service: "dbs", severity: "high", ...labels },
    annotations: { summary: `${alertname} is unusual` },
    startsAt,
    endsAt: null,
  };
}

const text = () => world.messages().map((message) => message.text);

const ADA = { person: { name: "ada" }, via: "web" } as const;

describe("an Alertmanager that restarts with an empty memory", () => {
  it("ends nothing that still fires: messages, acknowledgements and silences go on", async () => {
    world = await startServiceWorld({ config: { intelligence: { every: "10s" } } });
    const [down, slow, late] = ["DBSDown", "FrontendSlow", "DASLate"].map((name, index) =>
      alert(name, { service: ["dbs", "frontend", "das"][index] ?? "" }),
    ) as [Alert, Alert, Alert];
    await world.firing([down, slow, late]);
    await world.pass(2 * MINUTE);
    const groupOf = (name: string) =>
      world.service.current.groups.last()?.find(({ alerts }) => alerts.some((one) => one.labels["alertname"] === name));
    await world.service.actions.acknowledge(groupOf("DBSDown")?.id ?? "", ADA);
    const wish = {
      groupId: groupOf("FrontendSlow")?.id ?? "",
      matchers: [],
      duration: 60 * MINUTE,
      reason: "deployment",
    };
    const matchers = world.service.actions.matchersOf(groupOf("FrontendSlow") as never);
    await world.service.actions.silence({ ...wish, matchers }, ADA);
    await world.pass(MINUTE + 5000);
    world.restartAlertmanager();
    await world.pass(20_000);
    expect(world.service.current.sources().find(({ name }) => name === "alertmanager")?.because).toContain("restarted");
    for (let minute = 0; minute < 10; minute++) {
      const states = ["DBSDown", "FrontendSlow", "DASLate"].map((name) => groupOf(name)?.state);
      expect(states).toEqual(["acknowledged", "silenced", "firing"]);
      await world.pass(MINUTE);
    }
    expect(
      world
        .messages()
        .map((message) => message.text)
        .filter((one) => /resolved/i.test(one)),
    ).toEqual([]);
    const changes = await world.store.history.since(new Date(0), 100);
    expect(changes.filter(({ state }) => state === "resolved" || state === "unacknowledged")).toEqual([]);
    expect(changes.filter(({ state }) => state === "firing")).toHaveLength(3);
  });

  it("is believed about what has ended once it is older than its resolve timeout", async () => {
    world = await startServiceWorld();
    const down = alert("DBSDown");
    await world.firing([down]);
    await world.pass(2 * MINUTE);
    world.restartAlertmanager();
    await world.ended([down]);
    await world.pass(4 * MINUTE);
    expect(text()[0]).not.toMatch(/resolved/i);
    await world.pass(2 * MINUTE);
    expect(text()[0]).toMatch(/resolved/i);
  });
});

describe("sources", () => {
  it("that say nothing for clearly longer than their interval are late, not ok", async () => {
    world = await startServiceWorld();
    await world.pass(MINUTE);
    const look = () => world.service.current.sources().find(({ name }) => name === "alertmanager");
    expect(look()?.state).toBe("ok");
    world.sleep(10 * MINUTE);
    expect(look()).toMatchObject({ state: "stale", because: "late: no answer for 10m" });
    await world.pass(1000);
    expect(look()?.state).toBe("ok");
  });
});

describe("the whole service", () => {
  it("brings an alert to Slack as one message, follows it, and ends it there", async () => {
    world = await startServiceWorld();
    const down = alert("DBSDown");
    await world.firing([down]);
    await world.pass(2 * MINUTE);
    expect(text()).toHaveLength(1);
    expect(text()[0]).toContain("DBSDown");
    await world.pass(10 * MINUTE);
    expect(text()).toHaveLength(1);
    await world.ended([down]);
    await world.pass(2 * MINUTE);
    expect(text()).toHaveLength(1);
    expect(text()[0]).toMatch(/resolved/i);
  });

  it.each(["crash", "restart"] as const)("ends in Slack what resolved while it was down (%s)", async (how) => {
    world = await startServiceWorld();
    const [gone, stays] = [alert("DBSDown"), alert("FrontendDown", { service: "frontend" })];
    await world.firing([gone, stays]);
    await world.pass(2 * MINUTE);
    await world.ended([gone]);
    await world[how](10 * MINUTE);
    await world.pass(MINUTE);
    const [first, second] = ["DBSDown", "FrontendDown"].map((name) => text().find((one) => one.includes(name)));
    expect(first).toMatch(/resolved/i);
    expect(second).not.toMatch(/resolved/i);
    expect(text()).toHaveLength(2);
  });

  it.each(["crash", "restart"] as const)("does not take what fired before for new alerts (%s)", async (how) => {
    world = await startServiceWorld();
    const [down, gone] = [alert("DBSDown"), alert("FrontendDown", { service: "frontend" })];
    await world.firing([down, gone]);
    await world.pass(2 * MINUTE);
    await world.ended([gone]);
    await world[how](MINUTE);
    await world.pass(2 * MINUTE);
    const changes = await world.store.history.since(new Date(0), 100);
    expect(changes.map(({ labels, state }) => [labels["alertname"], state]).sort()).toEqual([
      ["DBSDown", "firing"],
      ["FrontendDown", "firing"],
      ["FrontendDown", "resolved"],
    ]);
  });
});
