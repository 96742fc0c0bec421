import type { ActiveAlert, Labels } from "../../alert/alert.ts";
import { equals, type Matcher, matchesAll } from "../../alert/matcher.ts";
import { own } from "../../alert/own.ts";

/** Most different values that one pattern lists: longer ones are hard to read and slow. */
const MAX_VALUES = 60;
/** Labels that tell alerts apart for reasons that have nothing to do with what is down. */
const UNTELLING = new Set(["severity", "tag", "kind", "action", "env", "host"]);

/** What a silence is to hide and what it must not. */
export interface HidingWish {
  /** What all of them have in common, e.g. the node. */
  readonly common: readonly Matcher[];
  readonly children: readonly ActiveAlert[];
  /** Alert names that such a storm usually brings, besides those seen already. */
  readonly expected: readonly string[];
  /** Active alerts that fire for another reason. */
  readonly outsiders: readonly ActiveAlert[];
}

/** Matchers that hide the children, and the children they leave in sight because they cannot be told from an outsider. */
export interface Hiding {
  readonly matchers: readonly Matcher[];
  readonly hidden: readonly ActiveAlert[];
}

/**
 * Matchers for the children and for what the storm will still bring, that no outsider fulfils: the common labels and the names;
 * where an outsider has both, one more label that tells it apart; where none does, its name is left out.
 */
export function hidingMatchers({ common, children, expected, outsiders }: HidingWish): Hiding {
  let names = new Set([...children.map(nameOf), ...expected].slice(0, MAX_VALUES));
  const extra: Matcher[] = [];
  const matchers = () => [...common, oneOf("alertname", [...names]), ...extra];
  for (let guard = 0; guard <= MAX_VALUES && names.size > 0; guard++) {
    const hit = outsiders.find((alert) => matchesAll(matchers(), alert.labels));
    if (hit === undefined) {
      break;
    }
    const telling = tellApart(
      children.filter((child) => names.has(nameOf(child))),
      hit.labels,
      extra,
    );
    if (telling === null) {
      names = new Set([...names].filter((name) => name !== nameOf(hit)));
    } else {
      extra.push(telling);
    }
  }
  if (names.size === 0) {
    return { matchers: [], hidden: [] };
  }
  return { matchers: matchers(), hidden: children.filter((child) => matchesAll(matchers(), child.labels)) };
}

/** A label whose few values in the children are all different from the outsider's; null when there is none. */
function tellApart(children: readonly ActiveAlert[], outsider: Labels, used: readonly Matcher[]): Matcher | null {
  const names = [...Object.keys(outsider), ...children.flatMap((child) => Object.keys(child.labels))];
  for (const name of new Set(names)) {
    if (name === "alertname" || UNTELLING.has(name) || used.some((matcher) => matcher.name === name)) {
      continue;
    }
    const values = [...new Set(children.map((child) => own(child.labels, name) ?? ""))];
    if (values.length <= MAX_VALUES && !values.includes(own(outsider, name) ?? "")) {
      return oneOf(name, values);
    }
  }
  return null;
}

/** A matcher for any of the values. */
export function oneOf(name: string, values: readonly string[]): Matcher {
  const [only] = values;
  return values.length === 1 && only !== undefined
    ? equals(name, only)
    : { name, value: [...values].sort().map(escapePattern).join("|"), isRegex: true, isEqual: true };
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function nameOf(alert: ActiveAlert): string {
  return alert.labels["alertname"] ?? "";
}
