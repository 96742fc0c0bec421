import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/alert/clock.ts";
import { equals } from "../../src/alert/matcher.ts";
import { SILENCE_MARK } from "../../src/alert/silence.ts";
import { createEmbeddedAlertmanager, type EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { type ServedEmbedded, serveEmbedded } from "../alertmanager/serve-embedded.ts";
import { cmswatch } from "./run.ts";

const HOUR = 3_600_000;
let embedded: EmbeddedAlertmanager;
let served: ServedEmbedded;

beforeAll(async () => {
  embedded = createEmbeddedAlertmanager({ clock: systemClock });
  served = await serveEmbedded(embedded, { clock: systemClock });
});
afterAll(() => served.close());
beforeEach(async () => {
  embedded.restore({ version: 1, alerts: [], silences: [] });
  const startsAt = new Date(Date.now() - HOUR);
  await embedded.post(
    ["dbs", "das"].map((service) => ({
      labels: { alertname: "Down", service, severity: "high" },
      annotations: {},
      startsAt,
      endsAt: null,
    })),
  );
});

const silences = (...[command, ...words]: readonly string[]) =>
  cmswatch(["silences", command ?? "", "--url", served.url, ...words]);
const add = (...words: readonly string[]) => silences("add", "service=dbs", "--reason", "upgrade", ...words);

describe("cmswatch silences", () => {
  test("adds one with owner and reason, and prints its id", async () => {
    const { out, err, code } = await add("--for", "2h");
    expect([err, code]).toEqual(["", 0]);
    expect(await embedded.silences()).toMatchObject([
      { id: out.trim(), state: "active", createdBy: "ada", comment: `upgrade ${SILENCE_MARK}` },
    ]);
    const left = ((await embedded.silences())[0]?.endsAt.getTime() ?? 0) - Date.now();
    expect(Math.round(left / 60_000)).toBe(120);
  });

  test("adds one for later, until a time, for somebody else", async () => {
    const starts = new Date(Date.now() + 24 * HOUR).toISOString();
    const until = new Date(Date.now() + 26 * HOUR).toISOString();
    const { out } = await add("--starts", starts, "--until", until, "--owner", "grace", "--json");
    expect(JSON.parse(out)).toMatchObject({ owner: "grace", startsAt: starts, endsAt: until });
    expect((await embedded.silences())[0]?.state).toBe("pending");
  });

  test.each([
    [["add", "service=dbs", "--for", "2h"], /required option '--reason <words>' not specified/],
    [["add", "service=dbs", "--reason", "x"], /an end is needed — give either --for 2h or --until/],
    [["add", "service=dbs", "--reason", "x", "--for", "2"], /--for: "2" is not a duration/],
    [["add", "service=dbs", "--reason", "x", "--until", "soon"], /--until: "soon" is not a time/],
    [["add", "service=dbs", "--reason", "x", "--for", "8d"], /of 8d is longer than 7d/],
    [["add", "severity=high", "--reason", "x", "--for", "2h"], /is broad: it goes by severity alone/],
    [["add", "dbs", "--reason", "x", "--for", "2h"], /is not a matcher/],
    [["expire", "nope"], /is not known to Alertmanager/],
  ])("%j fails with one clear line", async (words, message) => {
    const { out, err, code } = await silences(...words);
    expect([out, code]).toEqual(["", 2]);
    expect(err).toMatch(message);
    expect(await embedded.silences()).toEqual([]);
  });

  test("makes a broad one when that is meant", async () => {
    await silences("add", "severity=high", "--reason", "x", "--for", "2h", "--even-if-broad");
    expect(await embedded.silences()).toHaveLength(1);
  });

  test("previews what one would hide", async () => {
    const { out } = await silences("preview", 'service=~"d.s"');
    expect(out).toContain('service=~"d.s"\nwould hide now: 2\n');
    expect(out).toContain("for example: Down");
    expect(JSON.parse((await silences("preview", "service=dbs", "--json")).out)).toMatchObject({
      now: 1,
      warning: null,
    });
    expect(await embedded.silences()).toEqual([]);
  });

  test("lists them with what they hide, and ends only our own", async () => {
    const id = (await add("--for", "2h")).out.trim();
    const theirs = await embedded.putSilence({
      matchers: [equals("service", "das")],
      startsAt: new Date(),
      endsAt: new Date(Date.now() + HOUR),
      createdBy: "grace",
      comment: "by hand",
    });
    const table = (await silences("list")).out;
    expect(table).toMatch(new RegExp(`${id}  active +NOW|AGO +IN 1h 59m +1 +ada +service="dbs" +upgrade`));
    const rows = JSON.parse((await silences("list", "--json", "--ours")).out);
    expect(rows).toMatchObject([{ id, owner: "ada", reason: "upgrade", hides: 1, ours: true }]);
    expect((await silences("expire", theirs)).err).toMatch(/made by grace without cmswatch/);
    expect((await silences("expire", id)).out).toBe(`${id} has ended\n`);
    expect((await silences("expire", id)).out).toBe(`${id} had ended already\n`);
    expect(JSON.parse((await silences("list", "--json")).out).map((row: { id: string }) => row.id)).toEqual([theirs]);
    expect(JSON.parse((await silences("list", "--json", "--expired")).out)).toHaveLength(2);
  });

  test("extends one", async () => {
    const id = (await add("--for", "1h")).out.trim();
    expect((await silences("extend", id, "--for", "5h")).out.trim()).toBe(id);
    expect(JSON.parse((await silences("list", "--json")).out)).toHaveLength(1);
  });

  test("says when there is none", async () => {
    expect((await silences("list")).out).toBe("no silences\n");
  });
});
