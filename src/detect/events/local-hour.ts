const HOUR = 3600;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MAX_ZONES = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Hour of the week in a time zone: 0 is Sunday 00:00–01:00, 167 Saturday 23:00–24:00. */
export type HourOfWeek = number;

/**
 * Gives the hour of the week of Unix seconds; remembers the last hour, so that consecutive points cost nothing.
 * @param timeZone IANA name, e.g. `Europe/Zurich`
 * @throws RangeError for an unknown time zone
 */
export function hourOfWeekIn(timeZone: string): (time: number) => HourOfWeek {
  const format = formatFor(timeZone);
  let lastHour = Number.NaN;
  let lastSlot = 0;
  return (time) => {
    const hour = Math.floor(time / HOUR);
    if (hour !== lastHour) {
      lastHour = hour;
      const parts = format.formatToParts(new Date(hour * HOUR * 1000));
      const get = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
      lastSlot = DAYS.indexOf(get("weekday")) * 24 + (Number(get("hour")) % 24);
    }
    return lastSlot;
  };
}

/** `Tue 03:00` for people. */
export function hourName(slot: HourOfWeek): string {
  return `${DAYS[Math.floor(slot / 24)]} ${String(slot % 24).padStart(2, "0")}:00`;
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) {
    return known;
  }
  const format = new Intl.DateTimeFormat("en-US", { timeZone, weekday: "short", hour: "2-digit", hourCycle: "h23" });
  if (formats.size < MAX_ZONES) {
    formats.set(timeZone, format);
  }
  return format;
}
