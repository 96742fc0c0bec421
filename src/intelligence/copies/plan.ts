import { createHash } from "node:crypto";
import type { ActiveAlert, Alert, Labels } from "../../alert/alert.ts";
import { own } from "../../alert/own.ts";
import type { Item } from "../stage.ts";
import { COPY_MARK } from "../stages/preprocess.ts";

/** Copies live this long unless they are sent again: if cmswatch dies, they end and their originals come back. */
export const HOLD = 30 * 60_000;

/** A copy that was pushed. */
export interface Copy {
  readonly source: string;
  readonly sourceLabels: Labels;
  readonly labels: Labels;
  readonly startsAt: number;
  /** Digest of labels and annotations. */
  readonly hash: string;
  /** Unix milliseconds. */
  readonly until: number;
}

export interface CopyPlan {
  /** What to push: new, changed and aging copies, and the ends of those that are over, in one request. */
  readonly push: readonly Alert[];
  /** All copies that stand after the push. */
  readonly copies: readonly Copy[];
  readonly counts: {
    readonly made: number;
    readonly refreshed: number;
    readonly resolved: number;
    readonly kept: number;
  };
}

/** Decides what to push. A copy whose labels change is a new alert: the old one is resolved in the same push. */
export function planCopies(
  items: readonly Item[],
  standing: readonly Copy[],
  ours: (id: string) => boolean,
  now: Date,
): CopyPlan {
  const known = new Map(standing.map((copy) => [copy.source, copy]));
  const push: Alert[] = [];
  const copies: Copy[] = [];
  const counts = { made: 0, refreshed: 0, resolved: 0, kept: 0 };
  const end = (copy: Copy) => {
    push.push({ labels: copy.labels, annotations: {}, startsAt: new Date(copy.startsAt), endsAt: now });
    counts.resolved += 1;
  };
  for (const item of items.filter((candidate) => needsCopy(candidate, ours))) {
    const old = known.get(item.source.fingerprint);
    known.delete(item.source.fingerprint);
    const alert = copyOf(item, now);
    const hash = digest(alert);
    const isSame = old !== undefined && old.hash === hash && old.until - now.getTime() > HOLD / 2;
    if (isSame) {
      copies.push(old);
      counts.kept += 1;
      continue;
    }
    if (old !== undefined && hasChanged(old.labels, alert.labels)) {
      end(old);
    }
    push.push(alert);
    counts[old === undefined ? "made" : "refreshed"] += 1;
    copies.push(toCopy(item.source, alert, hash));
  }
  for (const gone of known.values()) {
    end(gone);
  }
  return { push, copies, counts };
}

/** Only what the stages changed in its labels; never what a person has silenced, or the copy would undo that. */
function needsCopy({ source, labels }: Item, ours: (id: string) => boolean): boolean {
  const isSilencedByPeople = source.silencedBy.some((id) => !ours(id));
  return labels !== source.labels && hasChanged(source.labels, labels) && !isSilencedByPeople;
}

function copyOf(item: Item, now: Date): Alert {
  const hold = new Date(now.getTime() + HOLD);
  const { endsAt, startsAt, generatorURL } = item.source;
  return {
    labels: { ...item.labels, [COPY_MARK.name]: COPY_MARK.value },
    annotations: item.annotations,
    startsAt,
    endsAt: endsAt !== null && endsAt.getTime() > now.getTime() && endsAt.getTime() < hold.getTime() ? endsAt : hold,
    ...(generatorURL === undefined ? {} : { generatorURL }),
  };
}

function toCopy(source: ActiveAlert, alert: Alert, hash: string): Copy {
  return {
    source: source.fingerprint,
    sourceLabels: source.labels,
    labels: alert.labels,
    startsAt: alert.startsAt.getTime(),
    hash,
    until: alert.endsAt?.getTime() ?? 0,
  };
}

function digest(alert: Alert): string {
  const parts = [...inOrder(alert.labels), "", ...inOrder(alert.annotations)];
  return createHash("sha1").update(JSON.stringify(parts)).digest("base64url");
}

function hasChanged(before: Labels, after: Labels): boolean {
  const names = Object.keys(after);
  return names.length !== Object.keys(before).length || names.some((name) => own(before, name) !== own(after, name));
}

function inOrder(labels: Labels): readonly string[] {
  return Object.keys(labels)
    .sort()
    .flatMap((name) => [name, own(labels, name) ?? ""]);
}
