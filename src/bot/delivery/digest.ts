import { alertName } from "../../alert/alert.ts";
import type { AlertGroup } from "../../alert/group.ts";
import { type PageFigures, pageFigures } from "../../intelligence/noise/pages.ts";
import { noiseReport } from "../../intelligence/noise/report.ts";
import type { Part } from "../../status/status-types.ts";
import type { AlertChange } from "../../store/store.ts";
import type { BotParts } from "../parts.ts";

/** One rule's day: how often it fired, and how often it ended by itself so soon that nobody could have acted. */
export interface RuleDay {
  readonly service: string;
  readonly rule: string;
  readonly fired: number;
  readonly shortLived: number;
  readonly acknowledged: number;
}

export interface Digest {
  readonly from: Date;
  readonly to: Date;
  /** Most often first. */
  readonly rules: readonly RuleDay[];
  readonly open: Part<readonly AlertGroup[]>;
  /** Median time from firing to acknowledged, milliseconds; null when nothing was acknowledged. */
  readonly timeToAcknowledge: number | null;
  readonly pages: PageFigures;
  /** What in the configuration would help, worst rule first; only told weekly. */
  readonly advice: readonly { readonly rule: string; readonly service: string; readonly advice: string }[];
  /** True when there was more history than was read. */
  readonly cutShort: boolean;
}

const DAY = 86_400_000;
const SHORT = 300_000;
const MAX_CHANGES = 20_000;
const MAX_PAGES = 5000;

/** What fired in the last day, what of it was noise, and what is open. */
export async function gatherDigest(
  { store, status }: Pick<BotParts, "store" | "status">,
  now: Date,
  length = DAY,
): Promise<Digest> {
  const from = new Date(now.getTime() - length);
  const changes = await store.history.since(from, MAX_CHANGES);
  const pages = pageFigures(await store.oncall.deliveriesSince(from, MAX_PAGES));
  const { rows, timeToAcknowledge } = noiseReport(changes, from, now);
  const advice = rows.flatMap(({ alertname, service, advice: one }) =>
    one === null ? [] : [{ rule: alertname, service, advice: one }],
  );
  return {
    timeToAcknowledge,
    pages,
    advice,
    from,
    to: now,
    rules: countRules(changes),
    open: await status.groups({}, now),
    cutShort: changes.length >= MAX_CHANGES,
  };
}

/** Counts by service and rule from state changes in any order. */
export function countRules(changes: readonly AlertChange[]): readonly RuleDay[] {
  const rules = new Map<
    string,
    { service: string; rule: string; fired: number; shortLived: number; acknowledged: number }
  >();
  const firedAt = new Map<string, number>();
  for (const change of [...changes].sort((left, right) => left.at.getTime() - right.at.getTime())) {
    const service = change.labels["service"] ?? "no service";
    const rule = alertName(change);
    const key = JSON.stringify([service, rule]);
    const day = rules.get(key) ?? { service, rule, fired: 0, shortLived: 0, acknowledged: 0 };
    rules.set(key, day);
    if (change.state === "firing") {
      day.fired += 1;
      firedAt.set(change.fingerprint, change.at.getTime());
    } else if (change.state === "acknowledged") {
      day.acknowledged += 1;
      firedAt.delete(change.fingerprint);
    } else if (change.state === "resolved") {
      const began = firedAt.get(change.fingerprint);
      day.shortLived += began !== undefined && change.at.getTime() - began < SHORT ? 1 : 0;
      firedAt.delete(change.fingerprint);
    }
  }
  return [...rules.values()]
    .filter(({ fired }) => fired > 0)
    .sort((left, right) => right.fired - left.fired || left.rule.localeCompare(right.rule));
}
