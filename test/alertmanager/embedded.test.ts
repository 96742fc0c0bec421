import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { equals } from "../../src/alert/matcher.ts";
import { createEmbeddedAlertmanager, type EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { alert } from "./contract.ts";
import { serveEmbedded } from "./serve-embedded.ts";

const MINUTE = 60_000;
let now: number;
let embedded: EmbeddedAlertmanager;
const clock = () => new Date(now);
const at = (offset: number) => new Date(now + offset);

beforeEach(() => {
  now = Date.parse("2026-01-01T12:00:00Z");
  embedded = createEmbeddedAlertmanager({ clock });
});

describe("time in the embedded Alertmanager", () => {
  test("an alert without an end ends after the resolve timeout unless it is sent again", async () => {
    const labels = { alertname: "x" };
    await embedded.post([alert(labels, { startsAt: at(0) })]);
    now += 4 * MINUTE;
    await embedded.post([alert(labels, { startsAt: at(0) })]);
    now += 4 * MINUTE;
    expect(await embedded.alerts()).toHaveLength(1);
    now += 2 * MINUTE;
    expect(await embedded.alerts()).toEqual([]);
  });

  test("an announced end is when it ends", async () => {
    await embedded.post([alert({ alertname: "x" }, { startsAt: at(0), endsAt: at(60 * MINUTE) })]);
    now += 59 * MINUTE;
    expect(await embedded.alerts()).toHaveLength(1);
    now += 2 * MINUTE;
    expect(await embedded.alerts()).toEqual([]);
  });

  test("silences start, end and are forgotten by themselves", async () => {
    await embedded.putSilence({
      matchers: [equals("alertname", "x")],
      startsAt: at(10 * MINUTE),
      endsAt: at(20 * MINUTE),
      createdBy: "me",
      comment: "",
    });
    const state = async () => (await embedded.silences())[0]?.state;
    expect(await state()).toBe("pending");
    now += 15 * MINUTE;
    expect(await state()).toBe("active");
    now += 10 * MINUTE;
    expect(await state()).toBe("expired");
    now += 10 * 24 * 60 * MINUTE;
    await embedded.putSilence({
      matchers: [equals("alertname", "y")],
      startsAt: at(0),
      endsAt: at(MINUTE),
      createdBy: "me",
      comment: "",
    });
    expect(await embedded.silences()).toHaveLength(1);
  });

  test("ended alerts do not pile up", async () => {
    for (let index = 0; index < 50; index++) {
      await embedded.post([alert({ alertname: "x", index: `${index}` }, { startsAt: at(0) })]);
      now += 40 * MINUTE;
    }
    expect(embedded.snapshot().alerts.length).toBeLessThan(3);
  });
});

describe("a snapshot", () => {
  test("restores everything that was known, through JSON", async () => {
    await embedded.post([
      alert({ alertname: "x" }, { startsAt: at(0) }),
      alert({ alertname: "y" }, { startsAt: at(0), endsAt: at(90 * MINUTE), generatorURL: "http://x" }),
    ]);
    await embedded.putSilence({
      matchers: [equals("alertname", "x")],
      startsAt: at(0),
      endsAt: at(MINUTE),
      createdBy: "me",
      comment: "",
    });
    const other = createEmbeddedAlertmanager({ clock });
    other.restore(JSON.parse(JSON.stringify(embedded.snapshot())));
    expect(await other.alerts()).toEqual(await embedded.alerts());
    expect(await other.silences()).toEqual(await embedded.silences());
  });

  test("is refused when it is something else, and nothing is lost", async () => {
    await embedded.post([alert({ alertname: "x" }, { startsAt: at(0) })]);
    expect(() => embedded.restore({ version: 1, alerts: [{}], silences: [] })).toThrow();
    expect(await embedded.alerts()).toHaveLength(1);
  });
});

describe("over HTTP", () => {
  test("answers what it does not know with 404, and what is malformed with 400, never worse", async () => {
    const served = await serveEmbedded(embedded, { clock });
    const status = async (path: string, init?: RequestInit) => (await fetch(`${served.url}${path}`, init)).status;
    try {
      expect(await status("/-/healthy")).toBe(200);
      expect(await status("/api/v1/alerts")).toBe(404);
      expect(await status("/api/v2/alerts?filter=a~")).toBe(400);
      expect(await status("/api/v2/silence/nope")).toBe(404);
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
          for (const path of ["/api/v2/alerts", "/api/v2/silences"]) {
            expect([200, 400]).toContain(await status(path, { method: "POST", body }));
          }
        }),
        { numRuns: 25 },
      );
    } finally {
      await served.close();
    }
  });

  test("accepts alerts with only labels, and Go's zero times", async () => {
    const served = await serveEmbedded(embedded, { clock });
    const zero = "0001-01-01T00:00:00Z";
    const body = JSON.stringify([{ labels: { alertname: "x" }, startsAt: zero, endsAt: zero }]);
    const response = await fetch(`${served.url}/api/v2/alerts`, { method: "POST", body });
    expect(response.status).toBe(200);
    expect((await embedded.alerts())[0]).toMatchObject({ startsAt: at(0), endsAt: null });
    await served.close();
  });
});
