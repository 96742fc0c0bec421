import { formatDuration } from "../../alert/duration.ts";
import type { Part } from "../../status/status-types.ts";

/** A moment in the reader's own time zone; the fallback is UTC. Source: Slack's date formatting `<!date^…>`. */
export function moment(at: Date): string {
  const iso = at.toISOString();
  return `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} {time}|${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC>`;
}

/** How long ago, in words: `3m ago`. */
export function ago(at: Date, now: Date): string {
  return now.getTime() - at.getTime() < 1000
    ? "just now"
    : `${formatDuration(coarse(now.getTime() - at.getTime()))} ago`;
}

/** How long until or since, without the seconds nobody reads once minutes have passed. */
export function span(milliseconds: number): string {
  return formatDuration(coarse(milliseconds));
}

/** One line of how old a part is: nothing while it is fresh and young. */
export function age(part: Part<unknown>, now: Date): string {
  switch (part.kind) {
    case "fresh":
      return `as of ${ago(part.at, now)}`;
    case "stale":
      return `:warning: stale, as of ${ago(part.at, now)}: ${part.because}`;
    case "missing":
      return `:warning: missing: ${part.because}`;
  }
}

function coarse(milliseconds: number): number {
  const positive = Math.abs(milliseconds);
  const unit = positive >= 86_400_000 ? 3_600_000 : positive >= 60_000 ? 60_000 : 1000;
  return Math.floor(positive / unit) * unit;
}
