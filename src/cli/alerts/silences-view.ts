import { createColors } from "picocolors";
import type { ActiveAlert } from "../../alert/alert.ts";
import { formatMatcher, matchesAll } from "../../alert/matcher.ts";
import { isOurs, type Silence } from "../../alert/silence.ts";
import { reasonOf } from "../../alertmanager/silences.ts";
import { relativeTime } from "../relative-time.ts";
import { type Cell, formatTable } from "../table.ts";

/** A silence as it is listed. */
export interface SilenceRow {
  readonly id: string;
  readonly state: Silence["state"];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly owner: string;
  readonly reason: string;
  readonly matchers: readonly string[];
  /** Alerts it hides now. */
  readonly hides: number;
  /** Made by cmswatch, so that cmswatch may change it. */
  readonly ours: boolean;
}

const COLUMNS = ["ID", "STATE", "STARTS", "ENDS", "HIDES", "OWNER", "MATCHERS", "REASON"] as const;

export function silenceRows(
  silences: readonly Silence[],
  alerts: readonly ActiveAlert[],
  choice: { readonly expired?: boolean; readonly ours?: boolean },
): readonly SilenceRow[] {
  return silences
    .filter((silence) => choice.expired === true || silence.state !== "expired")
    .filter((silence) => choice.ours !== true || isOurs(silence))
    .map((silence) => ({
      id: silence.id,
      state: silence.state,
      startsAt: silence.startsAt,
      endsAt: silence.endsAt,
      owner: silence.createdBy,
      reason: reasonOf(silence),
      matchers: silence.matchers.map(formatMatcher),
      hides:
        silence.state === "active" ? alerts.filter(({ labels }) => matchesAll(silence.matchers, labels)).length : 0,
      ours: isOurs(silence),
    }));
}

/** The table for people; silences that others made are dim. */
export function silenceTable(rows: readonly SilenceRow[], now: Date, withColour: boolean): string {
  const { dim } = createColors(withColour);
  const cells = rows.map((row): readonly Cell[] => [
    { text: row.id, ...(row.ours ? {} : { paint: dim }) },
    { text: row.state },
    { text: relativeTime(row.startsAt, now) },
    { text: relativeTime(row.endsAt, now) },
    { text: String(row.hides) },
    { text: row.owner },
    { text: row.matchers.join(" ") },
    { text: row.reason },
  ]);
  return formatTable(COLUMNS, cells);
}
