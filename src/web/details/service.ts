import type { Anomaly } from "../../alert/anomaly.ts";
import type { Silence } from "../../alert/silence.ts";
import type { Ticket } from "../../alert/ticket.ts";
import type { Service } from "../../config/catalogue.ts";
import type { ServiceDetailView, SpanView } from "../detail-views.ts";
import type { CourseRange } from "../sources.ts";
import type { GroupView } from "../views.ts";
import { toAnomalyView } from "./anomalies.ts";
import { coursesOf } from "./courses.ts";
import type { DetailParts } from "./parts.ts";

const HOUR = 3_600_000;
const MAX_ANOMALIES = 100;

/** Everything about one service on one time axis; null for an unknown one. */
export async function serviceDetail(
  parts: DetailParts,
  name: string,
  range: CourseRange,
): Promise<ServiceDetailView | null> {
  const { catalogue, current, store, clock, overview } = parts;
  const service = catalogue.find(name);
  const view = (await overview.services()).find((one) => one.name === service?.name);
  if (service === null || view === undefined) {
    return null;
  }
  const to = clock();
  const from = new Date(to.getTime() - range.hours * HOUR);
  const [groups, recent, { courses, caveat }] = await Promise.all([
    overview.groups(),
    store.anomalies.recent({ since: from, service: service.name, limit: MAX_ANOMALIES }),
    coursesOf(parts, service, range, from, to),
  ]);
  const anomalies = merge(
    (current.anomalies.last() ?? []).filter((anomaly) => anomaly.service === service.name),
    recent,
  );
  const concerned = groups.filter((group) => group.service === service.name || group.alerts.some(isOf(service)));
  const open = concerned.filter(({ state }) => state !== "resolved");
  return {
    now: to.toISOString(),
    demo: parts.demo,
    service: view,
    from: from.toISOString(),
    to: to.toISOString(),
    courses,
    caveat,
    spans: [
      ...anomalies.map(anomalySpan),
      ...concerned.map(groupSpan),
      ...(current.silences.last() ?? []).filter((silence) => names(silence, service)).map(silenceSpan),
      ...(current.tickets.last() ?? []).filter((ticket) => mentions(ticket, service)).flatMap(ticketSpan),
    ].filter((span) => span.from < to.toISOString() && (span.to === null || span.to > from.toISOString())),
    groups: open,
    anomalies: anomalies.map(toAnomalyView),
    runbook: open.find(({ runbook }) => runbook !== null)?.runbook ?? usualRunbook(parts, service),
    dependsOn: [...service.dependsOn],
    dependents: catalogue.dependents(service.name).map((dependent) => dependent.name),
  };
}

function usualRunbook({ runbookOf }: DetailParts, { name }: Service): ServiceDetailView["runbook"] {
  const found = runbookOf(name);
  return found === null ? null : { title: found.title, url: found.url, firstSteps: [...found.firstSteps] };
}

function merge(open: readonly Anomaly[], stored: readonly Anomaly[]): readonly Anomaly[] {
  const byId = new Map([...stored, ...open].map((anomaly) => [anomaly.id, anomaly]));
  return [...byId.values()].sort((left, right) => right.openedAt.getTime() - left.openedAt.getTime());
}

function isOf(service: Service): (alert: GroupView["alerts"][number]) => boolean {
  return ({ labels }) => labels["service"] === service.name;
}

function anomalySpan({ id, kind, class: looksLike, openedAt, closedAt }: Anomaly): SpanView {
  const title = `${kind} anomaly, ${looksLike}`;
  const span = { from: openedAt.toISOString(), to: closedAt?.toISOString() ?? null };
  return { kind: "anomaly", id, title, ...span, href: `/anomalies/${encodeURIComponent(id)}` };
}

function groupSpan({ id, title, startsAt, endsAt }: GroupView): SpanView {
  return { kind: "alert", id, title, from: startsAt, to: endsAt, href: `/alerts#group-${id}` };
}

function silenceSpan({ id, comment, createdBy, startsAt, endsAt }: Silence): SpanView {
  const span = { from: startsAt.toISOString(), to: endsAt.toISOString() };
  return { kind: "silence", id, title: `${createdBy}: ${comment}`, ...span, href: "/silences" };
}

function ticketSpan({ system, id, subject, url, startsAt, endsAt, createdAt }: Ticket): readonly SpanView[] {
  const from = startsAt ?? createdAt;
  const kind = system === "ssb" ? "intervention" : "ticket";
  return from === null
    ? []
    : [{ kind, id, title: subject, from: from.toISOString(), to: endsAt?.toISOString() ?? null, href: url }];
}

function names(silence: Silence, service: Service): boolean {
  return silence.matchers.some(({ name, value, isEqual }) => name === "service" && value === service.name && isEqual);
}

/** True when the ticket's words name the service, whole words only. */
function mentions({ subject, description }: Ticket, service: Service): boolean {
  const words = new Set(`${subject} ${description}`.toLowerCase().split(/[^a-z0-9-]+/));
  return [service.name, ...service.aliases].some((name) => words.has(name.toLowerCase()));
}
