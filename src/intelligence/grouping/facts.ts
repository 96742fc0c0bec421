import type { Labels } from "../../alert/alert.ts";
import type { Catalogue, Service } from "../../config/catalogue.ts";
import { stemmedWords } from "../text/words.ts";
import { outageFacts } from "./outage.ts";
import { hostsIn, topicOf } from "./topic.ts";
import type { Facts, GroupingEvent } from "./types.ts";

const LOSS = new Set([
  "down",
  "lost",
  "loss",
  "unreach",
  "unavail",
  "restart",
  "crash",
  "unready",
  "absent",
  "dead",
  "offlin",
]);

const FOREBODING = new Set([
  "expir",
  "expiri",
  "soon",
  "dai",
  "week",
  "predict",
  "forecast",
  "outdat",
  "suspend",
  "deprec",
]);

/** Reads what the rules need from an event. @param ignoredLabels labels that do not count for identity */
export function readFacts(event: GroupingEvent, catalogue: Catalogue, ignoredLabels: readonly string[]): Facts {
  const { labels, annotations } = event;
  const name = labels["alertname"] ?? "";
  const source = sourceOf(labels, name);
  const text = `${annotations["Subject"] ?? ""} ${annotations["Description"] ?? ""}`;
  const isNodeDown = isNodeGone(name);
  const stems = stemmedWords(name);
  const service = source === "alert" ? serviceOf(labels, catalogue) : null;
  return {
    source,
    identity: identityOf(labels, ignoredLabels),
    signature: `${source === "alert" ? name : source}|${service ?? labels["Site"] ?? ""}`,
    name,
    node: labels["node"] ?? labels["exported_node"] ?? (isNodeDown ? (labels["instance"] ?? null) : null),
    rack: labels["rack"] ?? labels["switch"] ?? labels["hypervisor"] ?? null,
    service,
    site: labels["Site"] ?? labels["site"] ?? annotations["Site"] ?? null,
    topic: source === "ticket" ? topicOf(text) : "unknown",
    hosts: source === "ticket" ? hostsIn(text) : [],
    isLoss: isLoss(name, stems),
    isRestart: stems.some((stem) => stem === "restart" || stem === "crash"),
    isForeboding: stems.some((stem) => FOREBODING.has(stem)),
    isNodeDown,
    isServiceDown: source === "alert" && labels["service"] !== undefined && stems.includes("down"),
    outage: source === "outage" ? outageFacts(event, catalogue) : null,
  };
}

/** Where an alert comes from, by how our sources name theirs. */
export function sourceOf(labels: Labels, name = labels["alertname"] ?? ""): Facts["source"] {
  const service = (labels["service"] ?? "").toLowerCase();
  if (service === "ssb" || name.startsWith("ssb-")) {
    return "outage";
  }
  return service === "ggus" || /^(ggus|helpdesk|jira)-/.test(name) ? "ticket" : "alert";
}

function identityOf(labels: Labels, ignored: readonly string[]): string {
  return Object.entries(labels)
    .filter(([name]) => !ignored.includes(name))
    .map(([name, value]) => `${name}\u0001${value}`)
    .sort()
    .join("\u0002");
}

function isNodeGone(name: string): boolean {
  return /node[\s_-]*(not[\s_-]*)?ready|node.*(down|unreachable|lost)|host.*down/i.test(name);
}

function isLoss(name: string, stems: readonly string[]): boolean {
  const text = stems.join(" ");
  return (
    stems.some((stem) => LOSS.has(stem)) ||
    isNodeGone(name) ||
    /\bno (data|cpu|activ|respons|heartbeat|metric)/.test(text) ||
    /\bapi (server|client) (error|latenc)/.test(text)
  );
}

/** The catalogue's service by label, by the name of the pod, by namespace; else what the label says. */
export function serviceOf(labels: Labels, catalogue: Catalogue): string | null {
  const given = labels["service"];
  const byLabel = given === undefined ? null : catalogue.find(given);
  if (byLabel !== null) {
    return byLabel.name;
  }
  if (given !== undefined) {
    return given;
  }
  const pod = (labels["pod"] ?? labels["exported_pod"] ?? labels["container"] ?? "").toLowerCase();
  const namespace = labels["exported_namespace"] ?? labels["namespace"];
  const inNamespace = catalogue.services.filter((service) => service.namespace === namespace);
  return (longestPrefix(pod, catalogue) ?? (inNamespace.length === 1 ? inNamespace[0] : undefined))?.name ?? null;
}

function longestPrefix(pod: string, catalogue: Catalogue): Service | undefined {
  let best: { service: Service; length: number } | undefined;
  for (const service of pod === "" ? [] : catalogue.services) {
    for (const name of [service.name, ...service.aliases, ...service.workloads]) {
      const fits = pod === name || pod.startsWith(`${name.toLowerCase()}-`);
      if (fits && name.length > (best?.length ?? 0)) {
        best = { service, length: name.length };
      }
    }
  }
  return best?.service;
}
