import { RE2JS } from "re2js";
import type { ActiveAlert } from "../alert/alert.ts";
import type { AlertGroup } from "../alert/group.ts";
import { equals, type Matcher } from "../alert/matcher.ts";
import { own } from "../alert/own.ts";

const MAX_ALTERNATIVES = 20;

/**
 * Matchers that hide every alert of the group and as little else as possible: each label that all members have, with
 * its value, or with its values where there are a few. Labels that only some members have cannot be asked for.
 * @returns at least one matcher for a group with members; an empty list for a group without
 */
export function matchersOfGroup(group: Pick<AlertGroup, "alerts">): readonly Matcher[] {
  const [first, ...others] = group.alerts;
  if (first === undefined) {
    return [];
  }
  return Object.keys(first.labels)
    .filter((name) => others.every(({ labels }) => own(labels, name) !== undefined))
    .flatMap((name) => matcherFor(name, group.alerts))
    .sort((left, right) => left.name.localeCompare(right.name));
}

function matcherFor(name: string, alerts: readonly ActiveAlert[]): readonly Matcher[] {
  const values = [...new Set(alerts.map(({ labels }) => own(labels, name) ?? ""))].sort();
  if (values.length === 1) {
    return [equals(name, values[0] ?? "")];
  }
  const needed = name === "alertname" || values.length <= MAX_ALTERNATIVES;
  return needed
    ? [{ name, value: values.map((value) => RE2JS.quote(value)).join("|"), isRegex: true, isEqual: true }]
    : [];
}
