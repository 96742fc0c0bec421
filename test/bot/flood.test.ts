import { describe, expect, test } from "vitest";
import { createFloodGate } from "../../src/bot/delivery/flood.ts";
import { floodRows } from "../../src/bot/messages/flood.ts";
import { startHarness, textOf } from "./harness.ts";
import { NOW, sampleAlert, sampleGroup } from "./samples.ts";

const RULES = { limit: 3, window: 60_000, quietFor: 300_000 };
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);
const groupOf = (index: number, state: "firing" | "resolved" = "firing") =>
  sampleGroup({
    id: `g-${index}`,
    state,
    service: index % 3 === 0 ? "das" : "dbs",
    alerts: [sampleAlert({ pod: `p${index}` })],
  });

describe("the flood gate", () => {
  test("lets so many pass, and collects the rest", () => {
    const gate = createFloodGate(RULES);
    const said = Array.from({ length: 6 }, (_, index) => gate.admit(groupOf(index), NOW));
    expect(said).toEqual(["own message", "own message", "own message", "summary", "summary", "summary"]);
    expect(gate.current()?.groups).toHaveLength(3);
  });

  test("takes a group that is tried again for what it is", () => {
    const gate = createFloodGate(RULES);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(gate.admit(groupOf(1), later(attempt * 1000))).toBe("own message");
    }
    expect(gate.current()).toBeNull();
    expect(gate.admit(groupOf(2), later(20_000))).toBe("own message");
  });

  test("keeps collecting while the flood lasts, even when the minute is over", () => {
    const gate = createFloodGate(RULES);
    for (let index = 0; index < 5; index += 1) {
      gate.admit(groupOf(index), NOW);
    }
    expect(gate.admit(groupOf(9), later(90_000))).toBe("summary");
  });

  test("shows a group's newest state", () => {
    const gate = createFloodGate(RULES);
    for (let index = 0; index < 4; index += 1) {
      gate.admit(groupOf(index), NOW);
    }
    gate.admit(groupOf(3, "resolved"), later(1000));
    expect(gate.current()?.groups.map(({ state }) => state)).toEqual(["resolved"]);
  });

  test("gives out what still fires once it is quiet, a few at a time, then is over", () => {
    const gate = createFloodGate(RULES);
    for (let index = 0; index < 8; index += 1) {
      gate.admit(groupOf(index, index === 7 ? "resolved" : "firing"), NOW);
    }
    expect(gate.release(later(299_000))).toEqual([]);
    expect(gate.release(later(301_000)).map(({ id }) => id)).toEqual(["g-3", "g-4", "g-5"]);
    expect(gate.release(later(302_000))).toEqual([]);
    expect(gate.release(later(362_000)).map(({ id }) => id)).toEqual(["g-6"]);
    expect(gate.current()).toBeNull();
    expect(gate.admit(groupOf(10), later(500_000))).toBe("own message");
  });
});

test("rows are sorted by count", () => {
  const rows = floodRows(Array.from({ length: 7 }, (_, index) => groupOf(index)));
  expect(rows.map(({ service, groups }) => [service, groups])).toEqual([
    ["dbs", 4],
    ["das", 3],
  ]);
});

test("a flood is one message in the channel, with the table in its thread", async () => {
  let now = NOW;
  const harness = await startHarness({ flood: RULES, clock: () => now });
  const channel = harness.workspace.channel("cmsweb-alerts").id;
  await Promise.all(Array.from({ length: 40 }, (_, index) => harness.bot.publish(groupOf(index))));
  await harness.bot.flush();
  const inChannel = harness.seen(channel).filter(({ threadTs }) => threadTs === null);
  expect(inChannel).toHaveLength(4);
  const summary = inChannel.find(({ text }) => text.includes("FLOOD"));
  expect(summary?.text).toContain("37 more alerts at once, 37 still firing");
  const inThread = harness.seen(channel).filter(({ threadTs }) => threadTs === summary?.ts);
  expect(inThread).toHaveLength(1);
  expect(textOf(inThread[0])).toContain("g-39");
  now = later(301_000);
  await harness.bot.flush();
  expect(harness.seen(channel).filter(({ threadTs }) => threadTs === null)).toHaveLength(7);
  await harness.close();
});

test("two replicas, and a restart, share one summary", async () => {
  const harness = await startHarness({ flood: RULES });
  const channel = harness.workspace.channel("cmsweb-alerts").id;
  const { bot: second } = await harness.replica();
  for (const bot of [harness.bot, second]) {
    for (let index = 0; index < 8; index += 1) {
      await bot.publish(groupOf(index), { urgent: true });
    }
    await bot.flush();
  }
  const floods = harness.seen(channel).filter(({ text, threadTs }) => threadTs === null && text.includes("FLOOD"));
  expect(floods).toHaveLength(1);
  await harness.close();
});
