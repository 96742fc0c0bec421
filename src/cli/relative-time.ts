import { formatDuration } from "../alert/duration.ts";

/** What is shown where a time is not known. */
export const UNDEFINED_TIME = "Undefined";

/** A time seen from now: `IN 11h 39m`, `4D 10h AGO`, `NOW`, or `Undefined` for none. */
export function relativeTime(time: Date | null, now: Date): string {
  if (time === null) {
    return UNDEFINED_TIME;
  }
  const away = time.getTime() - now.getTime();
  if (Math.abs(away) < 1000) {
    return "NOW";
  }
  return away > 0 ? `IN ${lengthOfTime(away)}` : `${lengthOfTime(away)} AGO`;
}

/** From start to end: `2D 1h`, or `Undefined` while the end is not known. */
export function timeBetween(start: Date, end: Date | null): string {
  return end === null ? UNDEFINED_TIME : lengthOfTime(end.getTime() - start.getTime());
}

/** Days have a capital D here, as the tool had it that this one succeeds. */
function lengthOfTime(milliseconds: number): string {
  return formatDuration(milliseconds).replace(/d\b/, "D");
}
