import { alertName, type Labels } from "../../alert/alert.ts";
import { OWN_ALERTS } from "../../alert/names.ts";
import type { GroupKind } from "./types.ts";

/** What a title is made from. */
export interface TitleInput {
  readonly kind: GroupKind;
  readonly subject: string;
  readonly root: { readonly labels: Labels; readonly annotations: Labels };
  /** Services of the members, worst hit first, without doubles. */
  readonly services: readonly string[];
  readonly nodes: readonly string[];
  readonly count: number;
}

const MAX_TITLE = 140;

/** A line a person would write: what is wrong with what. */
export function groupTitle(input: TitleInput): string {
  const title = WRITERS[input.kind](input);
  return title.length <= MAX_TITLE ? title : `${title.slice(0, MAX_TITLE - 1).trimEnd()}…`;
}

const WRITERS: Readonly<Record<GroupKind, (input: TitleInput) => string>> = {
  alone: ({ root }) => oneAlert(root),
  repeat: ({ root, count }) => (count > 1 ? `${oneAlert(root)}, again and again` : oneAlert(root)),
  node: ({ subject, root, count, services }) => {
    const state = /ready|down|unreachable|lost/i.test(alertName(root)) ? "is down" : "is in trouble";
    return `Node ${subject} ${state}: ${plural(count - 1, "alert")} of ${list(services)} with it`;
  },
  nodes: ({ subject, nodes, count, services }) =>
    `${subject} went down together (${nodes.length > 4 ? `${nodes.slice(0, 3).join(", ")}, …` : nodes.join(", ")}): ${plural(count, "alert")} of ${list(services)}`,
  network: ({ count, nodes, services }) =>
    `Network trouble? ${plural(count, "loss", "losses")} at once on ${plural(nodes.length, "node")}, of ${list(services)}`,
  service: ({ subject, root, count, services, nodes }) => {
    const others = services.filter((service) => service !== subject);
    const reach = others.length === 0 ? "" : `, with ${list(others)} that need it`;
    const where = nodes.length > 1 ? ` on ${nodes.length} nodes` : "";
    return count === 1 ? oneAlert(root) : `${subject}: ${plural(count, "alert")}${where}${reach} — ${alertName(root)}`;
  },
  ticket: ({ subject, root, count }) => {
    const about = root.annotations["Subject"] ?? alertName(root);
    return count === 1
      ? `${subject}: ${withoutPrefix(about, subject)}`
      : `${subject}: ${count} tickets, the first: ${withoutPrefix(about, subject)}`;
  },
  outage: ({ subject, root, count, nodes }) => {
    const what = root.annotations["shortDescription"] ?? alertName(root);
    const effect =
      count > 1
        ? ` — ${plural(count - 1, "alert")}${nodes.length > 0 ? ` on ${plural(nodes.length, "node")}` : ""}`
        : "";
    return `${subject}: ${what}${effect}`;
  },
};

/** The alert's own summary where it says something, else its name with where it is. */
function oneAlert({ labels, annotations }: TitleInput["root"]): string {
  const name = alertName({ labels });
  const where = labels["pod"] ?? labels["node"] ?? labels["instance"] ?? labels["host"] ?? labels["entity"];
  const summary = (annotations["summary"] ?? "").trim();
  if (OWN_ALERTS.has(name) && summary !== "") {
    return summary;
  }
  return where === undefined || name.includes(where) ? name : `${name} (${where})`;
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(`${prefix}: `) ? text.slice(prefix.length + 2) : text;
}

function list(names: readonly string[]): string {
  if (names.length === 0) {
    return "the same kind";
  }
  return names.length > 4 ? `${names.length} services` : names.join(", ");
}

function plural(count: number, word: string, many = `${word}s`): string {
  return `${count} ${count === 1 ? word : many}`;
}
