import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { START } from "../model/samples.ts";
import { A, B, EVENTS, transferWorld } from "./world.ts";

let world: Awaited<ReturnType<typeof transferWorld>>;

beforeEach(async () => {
  world = await transferWorld();
});
afterEach(() => world.close());

describe("the watching of transfers", () => {
  it("learns, opens one alert for a slow link with the site's ticket, and closes it", { timeout: 60_000 }, async () => {
    const service = world.open();
    await world.until(service, 100);
    expect(service.overview()).toMatchObject({ state: "learning", open: [] });
    expect(world.source()?.because).toMatch(/learning: \d+ transfers are still missing/);
    await world.until(service, 1400);
    expect(service.overview().state).toBe("watching");
    for (const seconds of [1700, 2000, 2300, 2600]) {
      await world.until(service, seconds);
    }
    const [one, ...others] = service.overview().open;
    expect(others).toEqual([]);
    expect(one?.incident).toMatchObject({ problem: "slow", subject: { kind: "link", name: `${A} → ${B}` } });
    expect(one?.related).toHaveLength(1);
    expect(service.lines(A)[0]).toMatch(/times as long as usual/);
    for (const seconds of [3000, 3400, 3800, 4200]) {
      await world.until(service, seconds);
    }
    expect(service.overview()).toMatchObject({ open: [], closed: [{ because: "as usual again" }] });
    expect(new Set(world.posted.map(({ labels }) => JSON.stringify(labels))).size).toBe(1);
    expect(world.posted.at(-1)?.endsAt).not.toBeNull();
    expect(world.posted[0]?.annotations["related"]).toContain("ggus 123456");
    expect(world.anomalies).toMatchObject([{ detector: "transfers", service: "rucio", closedAt: expect.any(Date) }]);
    expect(service.overview().judged).toBeGreaterThan(4000);
  });

  it("goes on after a restart where it stopped, and counts nothing twice", { timeout: 60_000 }, async () => {
    const first = world.open();
    await world.until(first, 1400);
    await world.until(first, 1500);
    await first.stop();
    const second = world.open();
    await world.until(second, 1700);
    const expected = EVENTS.filter(({ at }) => at > 1000 * (START + 1500) && at <= 1000 * (START + 1700)).length;
    expect(second.overview()).toMatchObject({ state: "watching", cleaned: {} });
    expect(second.overview().judged).toBe(expected);
  });

  it("takes a failing source for what it is, and alerts that wait for Alertmanager are not lost", {
    timeout: 60_000,
  }, async () => {
    const service = world.open();
    await world.until(service, 1400);
    await world.until(service, 2300);
    expect(service.overview().open).toHaveLength(1);
    world.server.faults.push(...Array(20).fill({ status: 503, body: { error: "no master" } }));
    await world.until(service, 30_000);
    expect(world.source()).toMatchObject({ state: "down" });
    expect(service.overview().open).toHaveLength(1);
    world.server.faults.length = 0;
    world.refusing = true;
    world.posted.length = 0;
    await world.until(service, 30_060);
    expect(service.overview().open).toEqual([]);
    world.refusing = false;
    await service.loop.runNow();
    expect(world.posted.map(({ endsAt }) => endsAt !== null)).toEqual([true]);
    expect(world.source()).toMatchObject({ state: "ok" });
  });
});
