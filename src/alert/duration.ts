import { own } from "./own.ts";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A leap year. */
const MAX_DURATION = 366 * 86_400_000;

/** Thrown for text that is not a duration. */
export class DurationSyntaxError extends Error {
  override readonly name = "DurationSyntaxError";
}

/**
 * Milliseconds of a duration in Prometheus's notation: `15s`, `1h30m`, `7d`.
 * @throws DurationSyntaxError for anything else; a bare number is refused because its unit is a guess.
 */
export function parseDuration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text.trim()) {
    throw new DurationSyntaxError(`"${text.slice(0, 40)}" is not a duration: write it like 15s, 5m, 1h30m or 7d`);
  }
  const length = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (own(UNITS, unit ?? "") ?? 0), 0);
  if (length > MAX_DURATION) {
    throw new DurationSyntaxError(`"${text.slice(0, 40)}" is longer than a year`);
  }
  return length;
}

/** A duration for people, the two largest units: `4d 10h`, `11h 39m`, `45s`. Negative values lose their sign. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.floor(Math.abs(milliseconds) / 1000);
  const parts: string[] = [];
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 && parts.length < 2) {
      parts.push(`${amount}${unit}`);
    } else if (parts.length > 0) {
      break;
    }
  }
  return parts.length === 0 ? "0s" : parts.join(" ");
}
