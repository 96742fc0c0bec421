import type { Session } from "./frame/session.ts";
import type { AlertView, AsOfView, GroupView } from "../views.ts";
import { severity } from "./parts/format.tsx";
import { alertRow, groupCard } from "./parts/group-card.tsx";

/** All groups, those that fire first; by matchers, and regrouped by a label where one is asked for. */
export function AAA {
  const by = search.get("by") ?? "";
  const open = groups.filter(({ state }) => state !== "resolved");
  const resolved = groups.filter(({ state }) => state === "resolved");
  return <><h1>Alerts</h1>{filterForm(search)}{open.length === 0 &&
      <p class="empty good">{search.get("filter") ? "Nothing that fires matches." : "Nothing is firing."}</p>}{by === ""
      ? <div class="groups">{open.map((group) => groupCard(group, context))}</div>
      : regrouped(open, by)}{resolved.length > 0 &&
      by === "" && <><h2>Resolved recently</h2><div class="groups">{resolved.map((group) => groupCard(group, context))}</div></>}</>;
}

function filterForm(search: URLSearchParams) {
  const label = (text: string, name: string, placeholder: string) =>
    <label>{text}<input name={name} value={search.get(name) ?? ""} placeholder={placeholder} autocomplete="off" spellcheck={false} /></label>;
  return <form class="filter" action="/alerts" role="search">{label("Matchers", "filter", 'service="dbs", severity=~"high|critical"')}{label("Group by label", "by", "service")}<button type="submit">Show</button></form>;
}

function regrouped(groups: readonly GroupView[], label: string) {
  const sets = new Map<string, AlertView[]>();
  for (const alert of groups.flatMap(({ alerts }) => alerts)) {
    const value = Object.hasOwn(alert.labels, label) ? alert.labels[label] : "";
    sets.set(value, [...(sets.get(value) ?? []), alert]);
  }
  const sections = [...sets]
    .sort(([, left], [, right]) => right.length - left.length)
    .map(([value, alerts]) =>
      <section class="card" key={`${label}=${value}`}><h2 class="flush">{value === "" ? `without ${label}` : `${label}=${value}`}<span class="count">{String(alerts.length)}</span>{[...new Set(alerts.map((alert) => alert.severity))].filter(Boolean).map(severity)}</h2><div class="alerts">{alerts.map((alert) => alertRow(alert, null, [label]))}</div></section>,
    );
  return <div class="groups">{sections}</div>;
}
