import { RRuleTemporal } from "rrule-temporal";

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const ZONES = ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "UTC"];
const DAY = 86_400_000;
/** Clock of floating times and whole days in generated feeds. */
export const FEED_ZONE = "Europe/Zurich";

/** A feed with one series, and what it was made of. */
export interface GeneratedFeed {
  readonly text: string;
  readonly rule: string;
  readonly kind: "zone" | "utc" | "floating" | "all-day";
  readonly hasExceptions: boolean;
  /** Starts by an independent library; null where there are exceptions, which it does not know. */
  readonly reference: (from: Date, to: Date) => readonly number[] | null;
}

/** Random numbers from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One feed: a rule of any shape, in a zone, in UTC, floating or all day, with left out, added, moved and cancelled dates. */
export function generateFeed(random: () => number): GeneratedFeed {
  for (;;) {
    const made = tryFeed(random);
    if (made !== null) {
      return made;
    }
  }
}

interface Series {
  readonly kind: GeneratedFeed["kind"];
  readonly zone: string;
  readonly rule: string;
  readonly starts: readonly string[];
}

function tryFeed(random: () => number): GeneratedFeed | null {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const kind = pick(["zone", "zone", "zone", "utc", "floating", "all-day"] as const);
  const zone = kind === "utc" ? "UTC" : kind === "zone" ? pick(ZONES) : FEED_ZONE;
  const time = kind === "all-day" ? "000000" : pick(["090000", "023000", "200000", "003000"]);
  const from = `${pick(["20260105", "20260201", "20250330", "20251026", "20240229"])}T${time}`;
  const rule = anyRule(random, kind);
  const starts = expand(`DTSTART;TZID=${zone}:${from}`, rule, 12);
  if (starts.length === 0) {
    return null;
  }
  const series = { kind, zone, rule, starts };
  const left = starts.filter((_, index) => index > 0 && random() < 0.15);
  const added = random() < 0.25 ? [shifted(starts[0] ?? "", 3 + Math.floor(random() * 20))] : [];
  const exceptions =
    random() < 0.5
      ? exceptionsOf(
          series,
          starts.filter((one) => !left.includes(one)),
          random,
        )
      : [];
  const lines = [
    "SUMMARY:ada",
    `DTSTART${written(series, starts[0] ?? "")}`,
    kind === "all-day" ? `DTEND${written(series, shifted(starts[0] ?? "", 1))}` : "DURATION:PT4H",
    `RRULE:${ruleFor(series)}`,
    ...left.map((one) => `EXDATE${written(series, one)}`),
    ...added.map((one) => `RDATE${written(series, one)}`),
  ];
  return {
    kind,
    rule: ruleFor(series),
    hasExceptions: exceptions.length > 0,
    text: calendar([lines, ...exceptions]),
    reference: (begin, end) => (exceptions.length > 0 ? null : reference(series, left, added, begin, end)),
  };
}

function calendar(events: readonly (readonly string[])[]): string {
  const bodies = events.flatMap((lines) => [
    "BEGIN:VEVENT",
    "UID:1",
    "DTSTAMP:20260101T000000Z",
    ...lines,
    "END:VEVENT",
  ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//generated//EN", ...bodies, "END:VCALENDAR", ""].join("\r\n");
}

/** Moved, changed and cancelled occurrences. */
function exceptionsOf(series: Series, starts: readonly string[], random: () => number): readonly (readonly string[])[] {
  return starts.slice(1, 7).flatMap((start) => {
    const chance = random();
    const id = `RECURRENCE-ID${written(series, start)}`;
    const length = series.kind === "all-day" ? [] : ["DURATION:PT2H"];
    if (chance < 0.15) {
      return [["SUMMARY:bob", id, `DTSTART${written(series, shifted(start, 400))}`, ...length]];
    }
    return chance < 0.3 ? [["SUMMARY:bob", id, `DTSTART${written(series, start)}`, ...length]] : [];
  });
}

/** The rule as the feed has it: UNTIL in the form that its kind of start needs. */
function ruleFor({ rule, kind }: Series): string {
  return kind === "all-day" || kind === "floating"
    ? rule.replace(/(UNTIL=\d{8})T120000Z/, kind === "all-day" ? "$1" : "$1T120000")
    : rule;
}

function written({ kind, zone }: Series, local: string): string {
  if (kind === "all-day") {
    return `;VALUE=DATE:${local.slice(0, 8)}`;
  }
  return kind === "zone" ? `;TZID=${zone}:${local}` : `:${local}${kind === "utc" ? "Z" : ""}`;
}

function shifted(local: string, days: number): string {
  const day = `${local.slice(0, 4)}-${local.slice(4, 6)}-${local.slice(6, 8)}`;
  return `${new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10).replaceAll("-", "")}${local.slice(8)}`;
}

/** First starts by the independent library, as local times. */
function expand(start: string, rule: string, count: number): readonly string[] {
  return new RRuleTemporal({ rruleString: `${start}\nRRULE:${rule}`, maxIterations: 20_000 })
    .all((_, index) => index < count)
    .map((one) => one.toPlainDateTime().toString({ smallestUnit: "second" }).replace(/[-:]/g, ""));
}

function reference(
  { rule, zone, starts }: Series,
  left: readonly string[],
  added: readonly string[],
  from: Date,
  to: Date,
): readonly number[] {
  const lines = [`DTSTART;TZID=${zone}:${starts[0]}`, `RRULE:${rule}`];
  const found = new RRuleTemporal({ rruleString: lines.join("\n"), maxIterations: 20_000 }).between(from, to, true);
  const dates = (some: readonly string[]) =>
    some.map((one) => {
      const only = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${one}\nRRULE:FREQ=DAILY;COUNT=1` });
      return only.all()[0]?.epochMilliseconds ?? 0;
    });
  const out = new Set(dates(left));
  const all = new Set([...found.map((one) => one.epochMilliseconds), ...dates(added)]);
  return [...all].filter((one) => !out.has(one) && one >= from.getTime() && one < to.getTime()).sort((a, b) => a - b);
}

function anyRule(random: () => number, kind: GeneratedFeed["kind"]): string {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const some = (items: readonly (string | number)[], count: number) => {
    const left = [...items];
    return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0]).join(",");
  };
  const frequency = pick(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"]);
  const choices: Readonly<Record<string, readonly (() => string)[]>> = {
    DAILY: [
      () => `;BYDAY=${some(DAYS, 3)}`,
      () => `;BYMONTH=${some([1, 3, 5, 7, 11], 2)}`,
      () => (kind === "all-day" ? "" : ";BYHOUR=8,20"),
      () => "",
    ],
    WEEKLY: [() => `;BYDAY=${some(DAYS, 2)}`, () => `;WKST=SU;BYDAY=${some(DAYS, 3)}`, () => ""],
    MONTHLY: [
      () => `;BYDAY=${pick([1, 2, 3, 4, 5, -1, -2])}${pick(DAYS)}`,
      () => `;BYMONTHDAY=${some([1, 13, 28, 29, 30, 31, -1, -2], 2)}`,
      () => `;BYDAY=${some(DAYS, 3)};BYSETPOS=${pick([1, 2, -1])}`,
      () => ";BYDAY=FR;BYMONTHDAY=13,14",
    ],
    YEARLY: [
      () => `;BYMONTH=${some([1, 2, 3, 10, 11], 2)};BYDAY=${pick([1, 2, -1])}${pick(DAYS)}`,
      () => ";BYMONTH=2,12;BYMONTHDAY=29,30",
      () => ";BYYEARDAY=1,100,200,-1",
      () => `;BYMONTH=5;BYDAY=${some(DAYS, 2)};BYSETPOS=2`,
    ],
  };
  const interval = random() < 0.5 ? `;INTERVAL=${1 + Math.floor(random() * 4)}` : "";
  const ending = pick([
    "",
    `;COUNT=${3 + Math.floor(random() * 30)}`,
    `;UNTIL=2027${pick(["01", "06", "11"])}15T120000Z`,
  ]);
  return `FREQ=${frequency}${interval}${pick(choices[frequency] ?? [])()}${ending}`;
}
