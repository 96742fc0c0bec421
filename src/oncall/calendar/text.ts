import ICAL from "ical.js";
import { own } from "../../alert/own.ts";

const LARGEST = 5_000_000;
const MOST_COMPONENTS = 20_000;
const DEEPEST = 8;

/** One property as ical.js parses it (jCal, RFC 7265). */
export interface CalendarProperty {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  readonly type: string;
  readonly values: readonly unknown[];
}

/** A component, with those inside it. */
export interface CalendarComponent {
  readonly name: string;
  readonly properties: readonly CalendarProperty[];
  readonly parts: readonly CalendarComponent[];
}

/** The components of a calendar that matter here; those that cannot be parsed as problems. */
export interface ParsedCalendar {
  readonly events: readonly CalendarComponent[];
  readonly zones: readonly CalendarComponent[];
  readonly problems: readonly string[];
}

/** Rules are kept as text: the parser makes `INTERVAL=-1` a 1, and refuses the whole calendar for another wrong one. */
const RULES = /^(RRULE|EXRULE)(?=[;:])/i;

/**
 * Parses an iCalendar text (RFC 5545), each component by itself, so that one that is wrong does not hide the others.
 * @throws Error when it is not a calendar, is cut off, or is larger than 5 MB
 */
export function parseCalendar(text: string): ParsedCalendar {
  if (text.length > LARGEST) {
    throw new Error(`the calendar has ${text.length} characters, at most ${LARGEST} are read`);
  }
  if (!/^\s*BEGIN:VCALENDAR/i.test(text)) {
    throw new Error("this is not a calendar: it does not begin with BEGIN:VCALENDAR");
  }
  const events: CalendarComponent[] = [];
  const zones: CalendarComponent[] = [];
  const problems: string[] = [];
  for (const { name, lines } of componentsOf(text)) {
    try {
      (name === "VEVENT" ? events : zones).push(parseComponent(lines));
    } catch (error) {
      problems.push(`"${titleIn(lines)}" cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { events, zones, problems };
}

/** Properties of a name (lower case), in their order. */
export function propertiesNamed({ properties }: CalendarComponent, name: string): readonly CalendarProperty[] {
  return properties.filter((property) => property.name === name);
}

/** The first value of a property as text; null without one. */
export function textOf(component: CalendarComponent, name: string): string | null {
  const [value] = propertiesNamed(component, name)[0]?.values ?? [];
  return typeof value === "string" ? value : null;
}

/** A parameter of a property (lower case) as text; null without it. */
export function parameterOf({ parameters }: CalendarProperty, name: string): string | null {
  const value = own(parameters, name);
  return typeof value === "string" && value !== "" ? value : null;
}

interface Block {
  readonly name: string;
  readonly lines: readonly string[];
}

/** The lines of each event and time zone. @throws Error where a component does not end: the text was cut off */
function componentsOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const open: string[] = [];
  let lines: string[] = [];
  for (const line of text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/)) {
    const [, edge, name = ""] = /^(BEGIN|END):\s*([A-Z0-9-]+)\s*$/i.exec(line) ?? [];
    if (edge?.toUpperCase() === "BEGIN") {
      open.push(name.toUpperCase());
      if (open.length > DEEPEST) {
        throw new Error(`its components are nested deeper than ${DEEPEST}`);
      }
    }
    if (open.length >= 2 && line.trim() !== "") {
      lines.push(line.replace(RULES, "X-$1"));
    }
    if (edge?.toUpperCase() === "END") {
      if (open.pop() !== name.toUpperCase()) {
        throw new Error(`END:${name} does not end what began last`);
      }
      if (open.length === 1) {
        if (/^(VEVENT|VTIMEZONE)$/i.test(name)) {
          blocks.push({ name: name.toUpperCase(), lines });
        }
        lines = [];
      }
      if (blocks.length > MOST_COMPONENTS) {
        throw new Error(`the calendar has more than ${MOST_COMPONENTS} events`);
      }
    }
  }
  if (open.length > 0) {
    throw new Error(`the calendar is cut off: ${open.at(-1)} does not end`);
  }
  return blocks;
}

type JCal = readonly [name: string, properties: readonly JCalProperty[], parts: readonly JCal[]];
type JCalProperty = readonly [
  name: string,
  parameters: CalendarProperty["parameters"],
  type: string,
  ...values: readonly unknown[],
];

function parseComponent(lines: readonly string[]): CalendarComponent {
  const parsed = ICAL.parse(lines.join("\r\n")) as unknown as JCal;
  return componentOf(parsed);
}

function componentOf([name, properties, parts]: JCal): CalendarComponent {
  return {
    name,
    properties: properties.map(([property, parameters, type, ...values]) => ({
      name: property,
      parameters,
      type,
      values,
    })),
    parts: parts.map(componentOf),
  };
}

/** The title of an event that could not be parsed. */
function titleIn(lines: readonly string[]): string {
  const line = lines.find((one) => /^(SUMMARY|TZID)[;:]/i.test(one));
  return line === undefined ? "(no title)" : line.slice(line.indexOf(":") + 1);
}
