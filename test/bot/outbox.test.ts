import { webApi } from "@slack/bolt";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createOutbox, PRIORITY } from "../../src/bot/delivery/outbox.ts";

const LIMITED = new webApi.WebAPIRateLimitedError(30);
const BROKEN = new webApi.WebAPIRequestError(new Error("socket hang up"));

/** An outbox whose rests end when the test says so. */
function outboxOf() {
  const rests: { readonly length: number; readonly end: () => void }[] = [];
  const limits: (number | null)[] = [];
  const outbox = createOutbox({
    log: pino({ level: "silent" }),
    spacing: 0,
    sleep: (length) => new Promise<void>((end) => rests.push({ length, end })),
    onLimited: (_channel, seconds) => limits.push(seconds),
  });
  const sent: string[] = [];
  const send = (channel: string, priority: number, name: string, faults: Error[] = []) =>
    outbox.send(channel, priority, async () => {
      const fault = faults.shift();
      if (fault !== undefined) {
        throw fault;
      }
      sent.push(name);
      return name;
    });
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      await Promise.resolve();
    }
  };
  return { outbox, sent, send, rests, limits, settle };
}

describe("the outbox", () => {
  test("sends the most urgent first", async () => {
    const { send, sent } = outboxOf();
    await Promise.all([
      send("D1", PRIORITY.digest, "first comes first"),
      send("D1", PRIORITY.digest, "digest"),
      send("D1", PRIORITY.edit, "edit"),
      send("D1", PRIORITY.page, "page"),
    ]);
    expect(sent).toEqual(["first comes first", "page", "edit", "digest"]);
  });

  test("a page overtakes a digest that fails and is tried again", async () => {
    const { send, sent, rests, settle } = outboxOf();
    const digest = send("D1", PRIORITY.digest, "digest", [BROKEN]);
    await settle();
    await send("D1", PRIORITY.page, "page");
    expect(sent).toEqual(["page"]);
    rests[0]?.end();
    await digest;
    expect(sent).toEqual(["page", "digest"]);
  });

  test("a limited channel rests as a whole, other channels go on, and the page goes first afterwards", async () => {
    const { send, sent, rests, limits, outbox, settle } = outboxOf();
    const digest = send("D1", PRIORITY.digest, "digest", [LIMITED]);
    await settle();
    const page = send("D1", PRIORITY.page, "page");
    await send("D2", PRIORITY.page, "elsewhere");
    expect(sent).toEqual(["elsewhere"]);
    expect(rests.map(({ length }) => length)).toEqual([30_000]);
    expect(outbox.backlog()).toEqual(new Map([["D1", 2]]));
    rests[0]?.end();
    await Promise.all([page, digest]);
    expect(sent).toEqual(["elsewhere", "page", "digest"]);
    expect(limits).toEqual([30, null]);
  });

  test("what fails for good is thrown, and the channel goes on", async () => {
    const { outbox, send, sent, rests, settle } = outboxOf();
    const failing = send(
      "C1",
      PRIORITY.alert,
      "never",
      Array.from({ length: 6 }, () => BROKEN),
    ).catch((error: Error) => error.message);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await settle();
      rests[attempt]?.end();
    }
    expect(await failing).toContain("socket hang up");
    expect(rests.map(({ length }) => length)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    await send("C1", PRIORITY.alert, "next");
    expect(sent).toEqual(["next"]);
    await outbox.idle();
    expect(outbox.backlog().size).toBe(0);
  });

  test("asks whether it was done after all before it repeats", async () => {
    const { outbox, rests, settle } = outboxOf();
    let calls = 0;
    const sending = outbox.send(
      "C1",
      PRIORITY.alert,
      async () => {
        calls += 1;
        throw BROKEN;
      },
      async () => "found",
    );
    await settle();
    rests[0]?.end();
    expect(await sending).toBe("found");
    expect(calls).toBe(1);
  });

  test("does not take more than it can hold", async () => {
    const { send, outbox } = outboxOf();
    const waiting = Array.from({ length: 501 }, (_, index) => send("C1", PRIORITY.edit, String(index)));
    await expect(send("C1", PRIORITY.edit, "too many")).rejects.toThrow("not taking more");
    await Promise.all(waiting);
    await outbox.idle();
  });
});
