import { IANAZone } from "luxon";
import { z } from "zod";
import { Address } from "../alert/address.ts";
import { parseDuration } from "../alert/duration.ts";

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

const weekday = z.enum(WEEKDAYS);
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is not a time: write it like "09:00", in quotes' });
const timezone = z
  .string()
  .refine((name) => IANAZone.isValidZone(name), { error: "is not a time zone: write it like Europe/Zurich" });
const date = z.iso.date({ error: "is not a date: write it like 2026-01-05" });
const moment = z.iso
  .datetime({ offset: true, error: "is not a time with its zone: write it like 2026-01-05T09:00:00+01:00" })
  .transform((text) => new Date(text));
const duration = z
  .string()
  .refine(isDuration, { error: "is not a duration: write it like 10m or 1h" })
  .transform(parseDuration);

const person = z.strictObject({
  name: z.string().min(1),
  slackId: z
    .string()
    .regex(/^[UW][A-Z0-9]+$/, { error: "is not a Slack member id (U…)" })
    .optional(),
  email: z.email().optional(),
  /** When the person cannot be on call: the next one in the rotation is. */
  away: z.array(z.strictObject({ from: moment, to: moment })).default([]),
});

/** Part of the week, e.g. working hours. `to` not after `from` means the next day. */
const hours = z.strictObject({
  days: z
    .array(weekday)
    .min(1)
    .default([...WEEKDAYS]),
  from: timeOfDay,
  to: timeOfDay,
  /** False: not on holidays. */
  onHolidays: z.boolean().default(true),
  timezone: timezone.optional(),
});

const rotation = z.strictObject({
  people: z.array(z.string()).min(1).max(200),
  /** Length of a shift in whole days or weeks of the calendar, so that a handoff keeps its local time over DST changes. */
  every: z
    .string()
    .regex(/^[1-9]\d?[dw]$/, { error: "is not a shift length: write it like 1w, 2w or 1d" })
    .default("1w"),
  /** The first shift begins on the first handoff day from here on. */
  starts: date,
  /** No shift begins on or after this day, and the last one ends on it. */
  ends: date.optional(),
  handoff: z.strictObject({ day: weekday.default("monday"), time: timeOfDay.default("09:00") }).prefault({}),
  timezone: timezone.optional(),
  hours: hours.optional(),
});

const calendar = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: "is not an http(s) address" })
      .transform((text) => Address.parse(text))
      .optional(),
    file: z.string().optional(),
    timezone: timezone.optional(),
  })
  .refine(({ url, file }) => (url === undefined) !== (file === undefined), { error: "needs either url or file" });

const role = z
  .strictObject({
    /** One rotation, or several of which the first that has somebody counts (day and night, layers). */
    rotation: z.preprocess(oneOrMore, z.array(rotation).max(20)),
    calendar: calendar.optional(),
    /** Whoever has that role in the next shift. */
    nextOf: z.string().optional(),
  })
  .refine((one) => one.rotation.length > 0 || one.calendar !== undefined || one.nextOf !== undefined, {
    error: "has nobody: give it a rotation, a calendar or nextOf",
  });

const roster = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]+$/, { error: "may hold letters, digits, ., _ and - only" }),
  title: z.string().optional(),
  /** Services it answers for, by name. */
  services: z.array(z.string()).default([]),
  /** Owners (of the service catalogue) whose services it answers for. */
  owners: z.array(z.string()).default([]),
  /** True: for every service that no other roster answers for. */
  default: z.boolean().default(false),
  /** Role → who has it, first the one that is paged first. */
  roles: z.record(z.string().regex(/^[A-Za-z0-9_-]+$/), role),
  /** Escalation policy by name. */
  escalation: z.string().default("standard"),
  /** Where a page that nobody answers goes, and notes about this roster. */
  channel: z.string().optional(),
});

/** One step of an escalation: whom to page, and how long to wait for an acknowledgement before the next. */
const step = z
  .strictObject({
    role: z.string().optional(),
    person: z.string().optional(),
    channel: z.string().optional(),
    wait: duration.default(parseDuration("10m")),
  })
  .refine((one) => [one.role, one.person, one.channel].filter((target) => target !== undefined).length === 1, {
    error: "needs exactly one of role, person and channel",
  });

const policy = z.strictObject({
  steps: z.array(step).min(1).max(20),
  /** How often it begins again when nobody answered. */
  repeat: z.int().min(0).max(5).default(1),
});

const rule = z.strictObject({
  services: z.array(z.string()).optional(),
  owners: z.array(z.string()).optional(),
  severities: z.array(z.string()).optional(),
  /** Of an anomaly: performance, availability, security. */
  classes: z.array(z.string()).optional(),
  during: hours.optional(),
  /** page: now; hold: at the end of quiet hours; none: only the channel's message. */
  action: z.enum(["page", "hold", "none"]),
  roster: z.string().optional(),
  escalation: z.string().optional(),
});

export const scheduleSchema = z.strictObject({
  timezone: timezone.default("Europe/Zurich"),
  people: z.array(person).min(1).max(1000),
  rosters: z.array(roster).min(1).max(200),
  escalations: z.record(z.string(), policy).default({}),
  /** Who is paged when nobody is on call; with the channel that is told so. */
  fallback: z.strictObject({ person: z.string(), channel: z.string().optional() }),
  holidays: z.array(z.preprocess(nameHoliday, z.strictObject({ date, name: z.string() }))).default([]),
  /** When what can wait is held back. Holidays and weekends can be quiet all day. */
  quiet: z
    .strictObject({
      from: timeOfDay.default("22:00"),
      to: timeOfDay.default("07:00"),
      weekends: z.boolean().default(false),
      holidays: z.boolean().default(true),
      /** From this severity on a page is sent in quiet hours too. */
      except: z.string().default("critical"),
      timezone: timezone.optional(),
    })
    .optional(),
  routing: z
    .strictObject({
      /** From this severity on a group is paged, when no rule says otherwise. */
      pageFrom: z.string().default("high"),
      /** The first rule that fits decides. */
      rules: z.array(rule).max(500).default([]),
    })
    .prefault({}),
});

/** The schedule as it stands in the file, with its defaults. */
export type ScheduleFile = z.output<typeof scheduleSchema>;
export type Roster = z.output<typeof roster>;
export type Role = z.output<typeof role>;
export type Rotation = z.output<typeof rotation>;
export type Hours = z.output<typeof hours>;
export type EscalationPolicy = z.output<typeof policy>;
export type EscalationTarget = z.output<typeof step>;
export type RoutingRule = z.output<typeof rule>;
export type CalendarSource = z.output<typeof calendar>;

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}

function oneOrMore(value: unknown): unknown {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function nameHoliday(value: unknown): unknown {
  return typeof value === "string" ? { date: value, name: "holiday" } : value;
}
