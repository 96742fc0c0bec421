import rrule from "rrule";

/** The package is CommonJS: Node.js finds no names in it, only the whole. */
const { RRule } = rrule;
const DAY = 86_400_000;
const MOST = 100_000;
/** Starts that one day may have by BYHOUR, BYMINUTE and BYSECOND: shifts do not change more often than hourly. */
const MOST_A_DAY = 24;

const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
const NUMBERS: ReadonlyMap<string, { readonly least: number; readonly most: number; readonly negative?: true }> =
  new Map([
    ["BYMONTH", { least: 1, most: 12 }],
    ["BYMONTHDAY", { least: 1, most: 31, negative: true }],
    ["BYYEARDAY", { least: 1, most: 366, negative: true }],
    ["BYWEEKNO", { least: 1, most: 53, negative: true }],
    ["BYSETPOS", { least: 1, most: 366, negative: true }],
    ["BYHOUR", { least: 0, most: 23 }],
    ["BYMINUTE", { least: 0, most: 59 }],
    ["BYSECOND", { least: 0, most: 59 }],
  ]);
const SINGLE: ReadonlyMap<string, RegExp> = new Map([
  ["FREQ", /^[A-Z]+$/],
  ["INTERVAL", /^[1-9]\d{0,3}$/],
  ["COUNT", /^[1-9]\d{0,4}$/],
  ["UNTIL", /^\d{8}(T\d{6}Z?)?$/],
  ["WKST", /^(MO|TU|WE|TH|FR|SA|SU)$/],
]);
const BYDAY = /^([+-]?([1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)$/;

/** A recurrence rule (RFC 5545) that was checked. */
export interface RecurrenceRule {
  /** Its parts without UNTIL, as text for the library. */
  readonly text: string;
  /** UNTIL as it is written: `20260401T220000Z`, `20260401`. */
  readonly until: string | null;
}

/**
 * Checks a rule before a library expands it: libraries loop without end, or quietly take another rule, for what is wrong.
 * @throws Error that says which part is wrong
 */
export function parseRule(text: string): RecurrenceRule {
  const parts = new Map<string, string>();
  for (const part of text
    .toUpperCase()
    .split(";")
    .filter((one) => one !== "")) {
    const [name = "", value = ""] = part.split("=");
    if (parts.has(name) || !isPart(name, value)) {
      throw new Error(`its rule has ${part}`);
    }
    parts.set(name, value);
  }
  const frequency = parts.get("FREQ") ?? "";
  if (!FREQUENCIES.includes(frequency)) {
    throw new Error(`it repeats more often than daily, or by an unknown rule (FREQ=${frequency})`);
  }
  if (/\d/.test(parts.get("BYDAY") ?? "") && frequency !== "MONTHLY" && frequency !== "YEARLY") {
    throw new Error(`its rule has BYDAY=${parts.get("BYDAY")} with FREQ=${frequency}`);
  }
  const startsADay = ["BYHOUR", "BYMINUTE", "BYSECOND"]
    .map((name) => parts.get(name)?.split(",").length ?? 1)
    .reduce((product, count) => product * count, 1);
  if (startsADay > MOST_A_DAY) {
    throw new Error(`it begins ${startsADay} times a day, more than ${MOST_A_DAY}`);
  }
  const kept = [...parts].filter(([name]) => name !== "UNTIL").map(([name, value]) => `${name}=${value}`);
  return { text: kept.join(";"), until: parts.get("UNTIL") ?? null };
}

function isPart(name: string, value: string): boolean {
  const single = SINGLE.get(name);
  if (single !== undefined) {
    return single.test(value);
  }
  const values = value.split(",");
  const range = NUMBERS.get(name);
  if (range !== undefined) {
    return values.every((one) => {
      const size = range.negative === true ? Math.abs(Number(one)) : Number(one);
      return /^[+-]?\d{1,3}$/.test(one) && size >= range.least && size <= range.most;
    });
  }
  return name === "BYDAY" && values.every((one) => BYDAY.test(one));
}

/**
 * Starts of a rule's occurrences up to a time, in order, on the clock of its series (as if that were UTC).
 * @param start of the series, milliseconds · @param last no start after it
 * @throws Error when there are more than 100,000
 */
export function expandRule({ text }: RecurrenceRule, start: number, last: number): readonly number[] {
  if (last < start) {
    return [];
  }
  const rule = new RRule({ ...RRule.parseString(text), dtstart: new Date(start), until: new Date(last) });
  const starts = rule.all((_date, count) => count <= MOST).map((date) => date.getTime());
  if (starts.length > MOST) {
    throw new Error(`it repeats more than ${MOST} times since ${new Date(start).toISOString().slice(0, 10)}`);
  }
  return starts;
}

/** The day of a clock time, as its midnight. */
export function midnightOf(floating: number): number {
  return Math.floor(floating / DAY) * DAY;
}
