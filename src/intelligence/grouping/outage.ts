import type { Catalogue } from "../../config/catalogue.ts";
import { stemmedWords, words } from "../text/words.ts";
import type { GroupingEvent, OutageFacts } from "./types.ts";

const MAX_RANGE = 200;
const DEFAULT_LENGTH = 4 * 3600;
const stemmed = (list: readonly string[]) => new Set(list.flatMap((word) => stemmedWords(word)));
const NETWORK = stemmed([
  "network",
  "router",
  "switch",
  "routing",
  "rack",
  "cabling",
  "recabling",
  "fibre",
  "fiber",
  "uplink",
  "firewall",
  "vlan",
  "backbone",
]);
const DATABASE = stemmed(["database", "oracle", "mysql", "postgres", "mongodb", "dbod", "db"]);
/** Parts of a network that no server hangs on. */
const OFFICE = stemmed(["wi", "wifi", "wlan", "telephone", "phone", "mobile", "mail", "eduroam", "printer", "office"]);

/** What an outage or intervention touches and when, from its labels, its text and its announced times. */
export function outageFacts(event: GroupingEvent, catalogue: Catalogue): OutageFacts {
  const { labels, annotations } = event;
  const text = [annotations["shortDescription"], annotations["description"]]
    .filter((part) => part !== undefined)
    .join(". ");
  const all = [text, labels["feName"] ?? "", labels["seName"] ?? "", labels["description"] ?? ""].join(" ");
  const dated = Date.parse(annotations["date"] ?? "");
  const startsAt = event.startsAt ?? (Number.isNaN(dated) ? event.t : Math.floor(dated / 1000));
  return {
    system: systemOf(all),
    startsAt,
    endsAt: event.endsAt ?? startsAt + DEFAULT_LENGTH,
    nodes: nodesIn(text),
    services: [...new Set(words(text).flatMap((word) => catalogue.find(word)?.name ?? []))],
  };
}

function systemOf(text: string): OutageFacts["system"] {
  const stems = stemmedWords(text);
  if (stems.some((stem) => OFFICE.has(stem))) {
    return "other";
  }
  return stems.some((stem) => NETWORK.has(stem))
    ? "network"
    : stems.some((stem) => DATABASE.has(stem))
      ? "database"
      : "other";
}

/** Names of nodes in a text, with ranges such as `node-03 to node-07` filled in. */
export function nodesIn(text: string): readonly string[] {
  const names = [...text.matchAll(/\b([a-z][a-z0-9-]*?-)(\d{1,4})\b/gi)];
  const found = new Set<string>();
  names.forEach((match, index) => {
    const [name, prefix = "", digits = ""] = match;
    found.add(name);
    const next = names[index + 1];
    const between = next === undefined ? "" : text.slice(match.index + name.length, next.index);
    if (next !== undefined && next[1] === prefix && /^\s*(to|through|until|up to|-|–|—|\.\.+)\s*$/i.test(between)) {
      const last = Math.min(Number(next[2]), Number(digits) + MAX_RANGE);
      for (let number = Number(digits); number <= last; number++) {
        found.add(prefix + String(number).padStart(digits.length, "0"));
      }
    }
  });
  return [...found];
}
