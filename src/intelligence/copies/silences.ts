import type { Labels } from "../../alert/alert.ts";
import { equals, formatMatcher, type Matcher, matchesAll } from "../../alert/matcher.ts";
import { own } from "../../alert/own.ts";
import { oneOf } from "../collapse/matchers.ts";
import { COPY_MARK } from "../stages/preprocess.ts";
import type { Copy } from "./plan.ts";

/** Originals that one silence hides. */
export interface CopySilence {
  /** Stays the same while members come and go. */
  readonly key: string;
  readonly matchers: readonly Matcher[];
  /** Fingerprints of the originals. */
  readonly members: readonly string[];
}

/** Most names in one pattern. */
const CHUNK = 500;
/** Never a copy: a copy carries all labels of its original but the changed ones. */
const NOT_A_COPY = equals(COPY_MARK.name, "");

/**
 * Few silences for many originals: those of one service and severity by the list of their names. Where a name would also hide
 * an alert without a copy, its originals get a silence each, by all their labels.
 * @param bystanders labels of active alerts that have no copy
 */
export function planSilences(copies: readonly Copy[], bystanders: readonly Labels[]): readonly CopySilence[] {
  const buckets = new Map<string, Copy[]>();
  for (const copy of copies) {
    const key = `${copy.sourceLabels["service"] ?? ""}/${copy.sourceLabels["severity"] ?? ""}`;
    const bucket = buckets.get(key);
    if (bucket === undefined) {
      buckets.set(key, [copy]);
    } else {
      bucket.push(copy);
    }
  }
  return [...buckets].flatMap(([key, members]) =>
    chunksOf(key, members).flatMap(([id, chunk]) => silencesFor(id, chunk, bystanders)),
  );
}

/** Spreads members over chunks by their fingerprint, so that one more or less changes one silence. */
function chunksOf(key: string, members: readonly Copy[]): readonly (readonly [string, readonly Copy[]])[] {
  const count = 2 ** Math.ceil(Math.log2(Math.max(1, members.length / CHUNK)));
  const chunks = Array.from({ length: count }, (): Copy[] => []);
  for (const member of members) {
    chunks[Number.parseInt(member.source.slice(-6), 16) % count]?.push(member);
  }
  return chunks.flatMap((chunk, index) => (chunk.length === 0 ? [] : [[`${key}/${index}of${count}`, chunk] as const]));
}

function silencesFor(key: string, members: readonly Copy[], bystanders: readonly Labels[]): readonly CopySilence[] {
  const [first] = members;
  if (first === undefined) {
    return [];
  }
  const common = [
    NOT_A_COPY,
    ...["service", "severity"].map((name) => equals(name, own(first.sourceLabels, name) ?? "")),
  ];
  const hit = new Set(
    bystanders.filter((labels) => matchesAll(common, labels)).map((labels) => labels["alertname"] ?? ""),
  );
  const clear = members.filter((member) => !hit.has(nameOf(member)));
  const shared = members.filter((member) => hit.has(nameOf(member)));
  const names = [...new Set(clear.map(nameOf))];
  return [
    ...(clear.length === 0
      ? []
      : [{ key, matchers: [...common, oneOf("alertname", names)], members: clear.map((member) => member.source) }]),
    ...shared.map((member) => ({
      key: `${key}/${member.source}`,
      matchers: [NOT_A_COPY, ...Object.entries(member.sourceLabels).map(([name, value]) => equals(name, value))],
      members: [member.source],
    })),
  ];
}

/** The matchers as one text, to see whether they changed. */
export function matchersText(matchers: readonly Matcher[]): string {
  return matchers.map(formatMatcher).join(",");
}

function nameOf(copy: Copy): string {
  return copy.sourceLabels["alertname"] ?? "";
}
