import { DateTime } from "luxon";
import type { RoleCoverage } from "./coverage.ts";

/** A moment for people, in a zone: `Mon 2026-01-05 09:00`. */
export function momentText(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale("en").toFormat("ccc yyyy-MM-dd HH:mm");
}

/** Shifts for people, one line each, roles apart. */
export function shiftsText(roles: readonly RoleCoverage[], zone: string): string {
  const texts = roles.map(({ key, segments }) =>
    segments
      .map(
        ({ from, to, person }) =>
          `${momentText(from, zone)} to ${momentText(to, zone)}  ${key}: ${person ?? "NOBODY"}\n`,
      )
      .join(""),
  );
  return texts.filter((text) => text !== "").join("\n");
}
