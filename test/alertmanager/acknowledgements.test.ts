import { beforeEach, describe, expect, test } from "vitest";
import { equals } from "../../src/alert/matcher.ts";
import type { Acknowledgement } from "../../src/alert/silence.ts";
import { type Acknowledgements, createAcknowledgements } from "../../src/alertmanager/acknowledgements.ts";
import { createEmbeddedAlertmanager, type EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { createSilences } from "../../src/alertmanager/silences.ts";
import { alert } from "./contract.ts";
import { createTestLedger } from "./silence-fixtures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let now: number;
const clock = () => new Date(now);
const at = (offset: number) => new Date(now + offset);
let alertmanager: EmbeddedAlertmanager;
let book: Map<string, Acknowledgement>;
let acknowledgements: Acknowledgements;

beforeEach(() => {
  now = Date.parse("2026-01-01T12:00:00Z");
  alertmanager = createEmbeddedAlertmanager({ clock });
  book = new Map();
  acknowledgements = createAcknowledgements({
    alertmanager,
    silences: createSilences({ alertmanager, ledger: createTestLedger(), past: null, clock, longest: 24 * HOUR }),
    book: {
      save: async (one) => {
        book.set(one.groupId, one);
      },
      active: async () => [...book.values()].filter((one) => one.endedAt === null),
      of: async (groupId) => book.get(groupId) ?? null,
    },
    clock,
    longest: 4 * HOUR,
  });
});

const fire = () => alertmanager.post([alert({ alertname: "Down", service: "dbs" }, { startsAt: at(0) })]);
const acknowledge = () => acknowledgements.acknowledge("g1", [equals("service", "dbs")], "ada");
const states = async () => (await alertmanager.alerts()).map((one) => one.state);
/** Lets minutes pass, the alert still firing. */
const wait = async (minutes: number) => {
  for (let minute = 0; minute < minutes; minute++) {
    now += MINUTE;
    await fire();
    await acknowledgements.tend();
  }
};

describe("an acknowledgement", () => {
  test("hides the alert by a short silence of its owner", async () => {
    await fire();
    const made = await acknowledge();
    expect(made).toMatchObject({ by: "ada", until: at(4 * HOUR), endedAt: null });
    expect(await states()).toEqual(["suppressed"]);
    expect(await alertmanager.silences()).toMatchObject([{ createdBy: "ada", endsAt: at(15 * MINUTE) }]);
  });

  test("lasts as long as whoever makes it says", async () => {
    await fire();
    await acknowledgements.acknowledge("g1", [equals("service", "dbs")], "ada", 30 * MINUTE);
    await wait(29);
    expect(await states()).toEqual(["suppressed"]);
    await wait(2);
    expect(await states()).toEqual(["active"]);
  });

  test("extends itself while the alert fires", async () => {
    await fire();
    await acknowledge();
    await wait(120);
    expect(await states()).toEqual(["suppressed"]);
    expect(await alertmanager.silences()).toHaveLength(1);
    expect(book.get("g1")?.endedAt).toBeNull();
  });

  test("ends when the alert has resolved", async () => {
    await fire();
    await acknowledge();
    await wait(2);
    await alertmanager.post([alert({ alertname: "Down", service: "dbs" }, { startsAt: at(-HOUR), endsAt: at(0) })]);
    expect(await acknowledgements.tend()).toMatchObject([{ action: "keep" }]);
    now += MINUTE;
    expect(await acknowledgements.tend()).toMatchObject([{ action: "end", reason: "the alert has resolved" }]);
    expect((await alertmanager.silences())[0]?.state).toBe("expired");
    expect(book.get("g1")?.endedAt).toEqual(at(0));
  });

  test("ends when nobody says that it is still worked on, and lasts when somebody does", async () => {
    await fire();
    await acknowledge();
    await wait(200);
    await acknowledgements.renew("g1");
    await wait(230);
    expect(await states()).toEqual(["suppressed"]);
    await wait(15);
    expect(await states()).toEqual(["active"]);
    expect(book.get("g1")?.endedAt).not.toBeNull();
    await expect(acknowledgements.renew("g1")).rejects.toThrow(/not acknowledged/);
  });

  test("ends soon by itself when nobody tends it", async () => {
    await fire();
    await acknowledge();
    now += 16 * MINUTE;
    await fire();
    expect(await states()).toEqual(["active"]);
    expect(await acknowledgements.tend()).toMatchObject([{ action: "end", reason: "its silence has ended" }]);
  });

  test("can be given back, once", async () => {
    await fire();
    await acknowledge();
    expect(await acknowledgements.end("g1")).toMatchObject({ endedAt: at(0) });
    expect(await states()).toEqual(["active"]);
    expect(await acknowledgements.end("g1")).toBeNull();
  });

  test("is one person's at a time", async () => {
    await fire();
    await acknowledge();
    await expect(acknowledgements.acknowledge("g1", [equals("service", "dbs")], "grace")).rejects.toThrow(
      /acknowledged by ada/,
    );
    await acknowledgements.end("g1");
    expect(await acknowledgements.acknowledge("g1", [equals("service", "dbs")], "grace")).toMatchObject({
      by: "grace",
    });
  });
});
