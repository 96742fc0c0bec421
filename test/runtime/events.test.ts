import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createEvents } from "../../src/runtime/events.ts";

const NOW = new Date("2026-06-15T12:00:00Z");
const log = pino({ level: "silent" });

interface Happenings {
  readonly changed: { readonly value: number };
  readonly closed: { readonly id: string };
}

/** A promise that somebody else resolves. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe("events", () => {
  it("reach each subscriber of their name, in turn, after the emitter went on", async () => {
    const events = createEvents<Happenings>({ clock: () => NOW, log });
    const seen: string[] = [];
    events.on("closed", "one", ({ id }) => void seen.push(`one ${id}`));
    events.on("closed", "two", ({ id }) => void seen.push(`two ${id}`));
    events.on("changed", "three", () => void seen.push("three"));
    events.emit("closed", { id: "a" });
    events.emit("closed", { id: "b" });
    expect(seen).toEqual([]);
    await events.settled();
    expect(seen.filter((entry) => entry.startsWith("one"))).toEqual(["one a", "one b"]);
    expect(seen).toHaveLength(4);
  });

  it("do not wait for a slow subscriber, and it does not hold up the others", async () => {
    const events = createEvents<Happenings>({ clock: () => NOW, log });
    const { passed, open } = gate();
    const seen: number[] = [];
    events.on("changed", "slow", () => passed);
    events.on("changed", "quick", ({ value }) => void seen.push(value));
    events.emit("changed", { value: 1 });
    events.emit("changed", { value: 2 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([1, 2]);
    expect(events.subscriptions()[0]).toMatchObject({ subscriber: "slow", busySince: NOW, waiting: 1 });
    open();
    await events.settled();
    expect(events.subscriptions()[0]).toMatchObject({ handled: 2, busySince: null, waiting: 0, lastSuccess: NOW });
  });

  it("that carry a whole state replace what waits for a busy subscriber", async () => {
    const events = createEvents<Happenings>({ clock: () => NOW, log });
    const { passed, open } = gate();
    const seen: number[] = [];
    events.onNewest("changed", "slow", async ({ value }) => {
      seen.push(value);
      await passed;
    });
    events.emit("changed", { value: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    for (const value of [2, 3, 4]) {
      events.emit("changed", { value });
    }
    open();
    await events.settled();
    expect(seen).toEqual([1, 4]);
    expect(events.subscriptions()[0]?.dropped).toBe(0);
  });

  it("that a subscriber fails at are counted, and later ones reach it all the same", async () => {
    const told: [string, boolean][] = [];
    const events = createEvents<Happenings>({
      clock: () => NOW,
      log,
      onHandled: (who, ok) => void told.push([who, ok]),
    });
    events.on("closed", "one", ({ id }) => {
      if (id === "bad") {
        throw new Error("no");
      }
    });
    events.emit("closed", { id: "bad" });
    events.emit("closed", { id: "good" });
    await events.settled();
    expect(told).toEqual([
      ["one", false],
      ["one", true],
    ]);
  });

  it("that are too many for a subscriber push out its oldest, and that is counted", async () => {
    const events = createEvents<Happenings>({ clock: () => NOW, log });
    const { passed, open } = gate();
    events.on("changed", "slow", () => passed);
    for (let value = 0; value < 1010; value++) {
      events.emit("changed", { value });
    }
    open();
    await events.settled();
    const [status] = events.subscriptions();
    expect((status?.handled ?? 0) + (status?.dropped ?? 0)).toBe(1010);
    expect(status?.dropped).toBe(10);
  });

  it("end with a stop, which waits for who is busy and drops what waits", async () => {
    const events = createEvents<Happenings>({ clock: () => NOW, log });
    const { passed, open } = gate();
    const seen: number[] = [];
    events.on("changed", "slow", async ({ value }) => {
      await passed;
      seen.push(value);
    });
    events.emit("changed", { value: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    events.emit("changed", { value: 2 });
    const stopped = events.stop();
    events.emit("changed", { value: 3 });
    open();
    await stopped;
    expect(seen).toEqual([1]);
  });
});
