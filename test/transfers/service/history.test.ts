import { beforeEach, describe, expect, it } from "vitest";
import { History } from "../../../src/transfers/service/history.ts";
import { START, transfer } from "../model/samples.ts";
import { memoryStore } from "./memory.ts";

const MOST = 12_000;
const outcome = { error: -0.25, pinball: 0.125, held: true, score: 1.5 };

let memory = memoryStore();
beforeEach(() => {
  memory = memoryStore();
});

function fill(history: History, count: number): History {
  for (let at = 0; at < count; at++) {
    const number = history.end;
    const one = transfer({ startedAt: START + number, source: `T2_${number % 7}`, bytes: 1000 + number });
    history.add(one, number % 2 === 0 ? { version: "v1", outcome } : null);
  }
  return history;
}

async function stored(history: History) {
  const saved = await history.save(memory.store.states);
  await history.tidy(memory.store.states, saved);
  return saved;
}

describe("the history of transfers", () => {
  it("comes back as it was, with what was said of each", async () => {
    const history = fill(new History(MOST), 7000);
    const saved = await stored(history);
    const again = new History(MOST);
    await again.restore(memory.store.states, saved);
    expect(again.newest(7000)).toEqual(history.newest(7000));
    expect(again.end).toBe(7000);
  });

  it("writes only what has changed, and removes what is forgotten", async () => {
    const history = fill(new History(MOST), 11_000);
    await stored(history);
    expect([...memory.kept.keys()]).toHaveLength(3);
    memory.kept.delete("transfers:history:0");
    fill(history, 500);
    await stored(history);
    expect(memory.kept.has("transfers:history:0")).toBe(false);
    fill(history, 20_000);
    const saved = await stored(history);
    expect(history.size).toBeLessThanOrEqual(1.25 * MOST);
    expect([...memory.kept.keys()].length).toBeLessThanOrEqual(4);
    const again = new History(MOST);
    await again.restore(memory.store.states, saved);
    expect(again.newest(MOST)).toEqual(history.newest(MOST));
    expect(again.at(again.end - 1)).toEqual(history.at(history.end - 1));
  });

  it("takes of a crash in the middle of saving what the last whole one says", async () => {
    const history = fill(new History(MOST), 6000);
    const saved = await stored(history);
    fill(history, 3000);
    await history.save(memory.store.states);
    const again = new History(MOST);
    await again.restore(memory.store.states, saved);
    expect(again.end).toBe(6000);
    expect(again.newest(1)).toEqual([history.at(5999)]);
  });

  it("keeps what is newer than a hole", async () => {
    const history = fill(new History(MOST), 11_000);
    const saved = await stored(history);
    memory.kept.delete("transfers:history:0");
    const again = new History(MOST);
    await again.restore(memory.store.states, saved);
    expect([again.size, again.end]).toEqual([6000, 11_000]);
    expect(again.at(4999)).toBeUndefined();
  });
});
