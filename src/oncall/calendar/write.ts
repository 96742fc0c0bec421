import { createHash } from "node:crypto";
import { DateTime } from "luxon";
import type { RoleCoverage, Segment } from "../coverage.ts";

const LONGEST_LINE = 75;

/**
 * An iCalendar feed (RFC 5545) of shifts, one event each; stretches without anybody are events too, so that a gap is seen.
 * The same shifts give the same event ids.
 * @param stamp when it was made
 */
export function writeCalendar(name: string, roles: readonly RoleCoverage[], stamp: Date): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//cmswatch//on-call//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${escaped(name)}`,
    ...roles.flatMap(({ key, segments }) => segments.flatMap((segment) => eventOf(key, segment, stamp))),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function eventOf(key: string, segment: Segment, stamp: Date): readonly string[] {
  const title = segment.person === null ? `NOBODY on call for ${key}` : `${segment.person} on call for ${key}`;
  const id = createHash("sha256")
    .update(JSON.stringify([key, segment.person, segment.from]))
    .digest("hex")
    .slice(0, 32);
  return [
    "BEGIN:VEVENT",
    `UID:${id}@cmswatch`,
    `DTSTAMP:${utc(stamp)}`,
    `DTSTART:${utc(segment.from)}`,
    `DTEND:${utc(segment.to)}`,
    `SUMMARY:${escaped(title)}`,
    `DESCRIPTION:${escaped(segment.because)}`,
    "TRANSP:TRANSPARENT",
    "END:VEVENT",
  ];
}

function utc(moment: Date): string {
  return DateTime.fromJSDate(moment, { zone: "utc" }).toFormat("yyyyMMdd'T'HHmmss'Z'");
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (character) => `\\${character}`).replace(/\r?\n/g, "\\n");
}

/** Lines longer than 75 octets go on in the next one, after a blank; no character is cut in two. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = "";
  for (const character of line) {
    if (Buffer.byteLength(part + character) > LONGEST_LINE - (parts.length > 0 ? 1 : 0)) {
      parts.push(part);
      part = "";
    }
    part += character;
  }
  return [...parts, part].join("\r\n ");
}
