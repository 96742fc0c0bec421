import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { feedClient } from "../../../src/oncall/calendar/feed-client.ts";
import { createFeedWatch } from "../../../src/oncall/calendar/feed-watch.ts";
import { readFeeds } from "../../../src/oncall/calendar/feeds.ts";
import { readCalendar } from "../../../src/oncall/calendar/read.ts";
import type { ReadShifts } from "../../../src/oncall/calendar/thread.ts";
import type { Store } from "../../../src/store/store.ts";
import { at, schedule } from "../samples.ts";

const now = at("2026-01-07T12:00:00+01:00");
const plan = schedule({
  rosters: [{ name: "all", default: true, roles: { primary: { calendar: { url: "https://calendar.test/a.ics" } } } }],
});
const EVENT =
  "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:ada\r\nDTSTART:20260107T080000Z\r\nDTEND:20260108T080000Z\r\nEND:VEVENT";
const feed = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${EVENT}\r\nEND:VCALENDAR\r\n`;

const read: ReadShifts = async (text, options) => readCalendar(text, options);

/** States in a map: the store's own are tested with the store. */
function states(): Store["states"] {
  const kept = new Map<string, unknown>();
  return {
    get: async <T>(key: string) => (kept.get(key) ?? null) as T | null,
    put: async (key, value) => void kept.set(key, value),
    list: async () => new Map(),
    remove: async (key) => void kept.delete(key),
  };
}

describe("calendar feeds", () => {
  it("are read, and the last good text stays in use when one fails, with the problem told", async () => {
    const kept = states();
    const good = await readFeeds(plan, { states: kept, read, fetchText: async () => feed }, now);
    expect(good.problems).toEqual([]);
    expect(good.calendars.get("all")).toEqual([
      { person: "ada", from: at("2026-01-07T08:00:00Z"), to: at("2026-01-08T08:00:00Z") },
    ]);
    const fetchText = () => Promise.reject(new Error("timeout of 15000ms exceeded"));
    const bad = await readFeeds(plan, { states: kept, read, fetchText }, now);
    expect(bad.calendars).toEqual(good.calendars);
    expect(bad.problems).toEqual([
      "calendar of all cannot be read (timeout of 15000ms exceeded): the one of 2026-01-07T11:00:00.000Z is used",
    ]);
  });

  it("do not lose the last good text to a page that is no calendar", async () => {
    const kept = states();
    await readFeeds(plan, { states: kept, read, fetchText: async () => feed }, now);
    const login = await readFeeds(
      plan,
      { states: kept, read, fetchText: async () => "<html>please log in</html>" },
      now,
    );
    expect(login.calendars.get("all")).toHaveLength(1);
    expect(login.problems[0]).toMatch(/not a calendar/);
  });

  it("that fail the first time are not known, and say so", async () => {
    const first = await readFeeds(
      plan,
      { states: null, read, fetchText: () => Promise.reject(new Error("refused")) },
      now,
    );
    expect(first.calendars.has("all")).toBe(false);
    expect(first.problems).toEqual(["calendar of all cannot be read (refused): there is no earlier one"]);
  });

  it("are watched: a problem is told once until it has gone away, and the store failing leaves what was known", async () => {
    let answer: () => Promise<string> = async () => feed;
    const kept = states();
    const told: string[] = [];
    const watch = createFeedWatch(plan, { states: kept, read, fetchText: () => answer() }, (problem) =>
      told.push(problem),
    );
    expect((await watch.current(now)).calendars.get("all")).toHaveLength(1);
    answer = () => Promise.reject(new Error("refused"));
    await watch.refresh(now);
    await watch.refresh(new Date(now.getTime() + 60_000));
    expect(told).toHaveLength(1);
    kept.get = () => Promise.reject(new Error("store is closed"));
    await watch.refresh(now);
    expect((await watch.current(now)).calendars.get("all")).toHaveLength(1);
    expect(told.at(-1)).toMatch(/store is closed/);
  });

  it("come over HTTP, within a time limit", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/slow") {
        return;
      }
      response.statusCode = request.url === "/a.ics" ? 200 : 403;
      response.end(feed);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const fetchText = feedClient(20_000);
    expect(await fetchText(`${base}/a.ics`)).toBe(feed);
    await expect(fetchText(`${base}/b.ics`)).rejects.toThrow(/403/);
    await expect(feedClient(50)(`${base}/slow`)).rejects.toThrow(/timeout/);
    server.closeAllConnections();
    server.close();
  });
});
