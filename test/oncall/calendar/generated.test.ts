import { expect, it } from "vitest";
import { readCalendar } from "../../../src/oncall/calendar/read.ts";
import { at } from "../samples.ts";
import { FEED_ZONE, generateFeed, randomFrom } from "./generated-feeds.ts";

const range = { from: at("2026-01-01T00:00:00Z"), to: at("2027-06-01T00:00:00Z") };
const options = { people: [{ name: "ada" }, { name: "bob" }], zone: FEED_ZONE, range };

it("150 generated series start when an independent library says (bench/calendars.ts compares 2,000 with two)", () => {
  const random = randomFrom(17);
  const feeds = Array.from({ length: 150 }, () => generateFeed(random)).filter((feed) => !feed.hasExceptions);
  expect(feeds.length).toBeGreaterThan(60);
  for (const feed of feeds) {
    const read = readCalendar(feed.text, options);
    const starts = read.events.map(({ from }) => from.getTime()).filter((start) => start >= range.from.getTime());
    expect({ feed: feed.text, starts: starts.toSorted((a, b) => a - b), problems: read.problems }).toEqual({
      feed: feed.text,
      starts: feed.reference(range.from, range.to),
      problems: [],
    });
  }
}, 60_000);
