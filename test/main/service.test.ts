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
