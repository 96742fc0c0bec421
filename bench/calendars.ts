/**
 * Expands 2,000 generated calendar feeds with cmswatch and with two independent libraries, and counts differences:
 * rrule-temporal (series without exceptions) and, where `PYTHONPATH` has it, Python's recurring-ical-events (all of them).
 *
 *     pip install --target /tmp/ical recurring-ical-events
 *     PYTHONPATH=/tmp/ical npx tsx bench/calendars.ts
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { readCalendar } from "../src/oncall/calendar/read.ts";
import { FEED_ZONE, type GeneratedFeed, generateFeed, randomFrom } from "../test/oncall/calendar/generated-feeds.ts";

const FEEDS = 2000;
const range = { from: new Date("2026-01-01T00:00:00Z"), to: new Date("2027-06-01T00:00:00Z") };
const options = { people: [{ name: "ada" }, { name: "bob" }], zone: FEED_ZONE, range };

type Shift = readonly [title: string, from: number, to: number];

function shiftsOf(feed: GeneratedFeed): { readonly shifts: readonly Shift[]; readonly problems: readonly string[] } {
  const read = readCalendar(feed.text, options);
  const shifts = read.events.map(({ person, from, to }): Shift => [person, from.getTime(), to.getTime()]);
  return { shifts: shifts.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)), problems: read.problems };
}

function askPython(feeds: readonly GeneratedFeed[]): readonly (readonly Shift[])[] | null {
  const input = JSON.stringify({
    zone: FEED_ZONE,
    from: range.from.getTime(),
    to: range.to.getTime(),
    feeds: feeds.map(({ text }) => text),
  });
  const run = spawnSync("python3", [new URL("calendars.py", import.meta.url).pathname], {
    input,
    encoding: "utf8",
    maxBuffer: 200_000_000,
  });
  if (run.status !== 0) {
    console.log(`recurring-ical-events was not asked: ${run.stderr.trim().split("\n").at(-1)}`);
    return null;
  }
  return JSON.parse(run.stdout);
}

function report(name: string, feeds: readonly GeneratedFeed[], wrong: readonly GeneratedFeed[], shifts: number): void {
  console.log(`${name}: ${feeds.length} feeds, ${shifts} shifts, ${wrong.length} feeds differ`);
  for (const { text, kind } of wrong.slice(0, 3)) {
    console.log(`--- ${kind}\n${text}`);
  }
}

const random = randomFrom(2026);
const feeds = Array.from({ length: FEEDS }, () => generateFeed(random));
const begin = performance.now();
const ours = feeds.map(shiftsOf);
console.log(`${cpus()[0]?.model}: ${FEEDS} feeds read in ${Math.round(performance.now() - begin)} ms`);
console.log(`feeds with problems: ${ours.filter(({ problems }) => problems.length > 0).length}`);

const plain = feeds.flatMap((feed, index) => (feed.hasExceptions ? [] : [{ feed, shifts: ours[index]?.shifts ?? [] }]));
const byTemporal = plain.filter(({ feed, shifts }) => {
  const starts = shifts.map(([, from]) => from).filter((from) => from >= range.from.getTime());
  return JSON.stringify(starts.sort((a, b) => a - b)) !== JSON.stringify(feed.reference(range.from, range.to));
});
report(
  "rrule-temporal",
  plain.map(({ feed }) => feed),
  byTemporal.map(({ feed }) => feed),
  plain.reduce((sum, { shifts }) => sum + shifts.length, 0),
);

const python = askPython(feeds);
if (python !== null) {
  const shifts = ours.reduce((sum, one) => sum + one.shifts.length, 0);
  const differ = (of: (shift: Shift) => unknown) => {
    const sorted = (some: readonly Shift[] = []) => JSON.stringify(some.map((one) => JSON.stringify(of(one))).sort());
    return feeds.filter((_, index) => sorted(ours[index]?.shifts) !== sorted(python[index]));
  };
  report(
    "recurring-ical-events, who and when it starts",
    feeds,
    differ(([title, from]) => [title, from]),
    shifts,
  );
  const ends = differ(([, , to]) => to).length;
  console.log(`recurring-ical-events, ends: ${ends} feeds differ`);
}
