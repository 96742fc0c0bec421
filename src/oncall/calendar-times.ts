import { DateTime, IANAZone } from "luxon";
import { fromFloating } from "./wall-time.ts";

/** Name under which the parser keeps the zone of an event that was put into UTC (it cuts off the `X-`). */
export const ZONE_PROPERTY = "CMSWATCH-ZONE";

const DATED = /^(DTSTART|DTEND|RECURRENCE-ID|EXDATE)((?:;[^:"]*|;[^:]*"[^"]*"[^:]*)?):([0-9TZ,]+)$/i;
const FORMAT = "yyyyMMdd'T'HHmmss";

/**
 * A calendar's text with its local times in UTC, each event's zone noted beside it. The parser's own conversion is off for
 * the hour before midnight UTC on Node.js 20, and puts floating times into this machine's zone.
 * @param zone of times that name none; zones that are not in the time zone database are left to the parser
 */
export function timesInUtc(text: string, zone: string): string {
  const lines = text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
  return lines.flatMap((line) => convertLine(line, zone)).join("\r\n");
}

function convertLine(line: string, zone: string): readonly string[] {
  const [, property, parameters = "", values] = DATED.exec(line) ?? [];
  if (property === undefined || values === undefined || !/T/i.test(values) || /Z$/i.test(values)) {
    return [line];
  }
  const named = /;TZID="?([^";:]+)"?/i.exec(parameters)?.[1] ?? zone;
  if (!IANAZone.isValidZone(named)) {
    return [line];
  }
  const inUtc = values.split(",").map((value) => convert(value, named));
  const rest = parameters.replace(/;TZID=("[^"]*"|[^;:]*)/i, "");
  const converted = `${property}${rest}:${inUtc.join(",")}`;
  return property.toUpperCase() === "DTSTART" ? [converted, `X-${ZONE_PROPERTY}:${named}`] : [converted];
}

function convert(value: string, zone: string): string {
  const local = DateTime.fromFormat(value, FORMAT, { zone: "utc" });
  if (!local.isValid) {
    return value;
  }
  return `${DateTime.fromJSDate(fromFloating(local.toJSDate(), zone), { zone: "utc" }).toFormat(FORMAT)}Z`;
}
