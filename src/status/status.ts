import type { Anomaly } from "../alert/anomaly.ts";
import type { AlertGroup, RunbookLink } from "../alert/group.ts";
import { matchesAll } from "../alert/matcher.ts";
import { DQM_ALERT } from "../alert/names.ts";
import type { SeverityRanking } from "../alert/severity.ts";
import type { Silence } from "../alert/silence.ts";
import type { Ticket } from "../alert/ticket.ts";
import type { Catalogue, Service } from "../config/catalogue.ts";
import { nearestNames } from "../config/nearest.ts";
import type { Store } from "../store/store.ts";
import type { CurrentState } from "./current-state.ts";
import { bySeverity, type Judgement, judgeService, STATE_ORDER } from "./service-state.ts";
import type {
  MetricSeries,
  OncallNow,
  Overview,
  Part,
  SeriesQuery,
  ServiceStatus,
  ServiceSummary,
  SilenceInfo,
  StatusSource,
} from "./status-types.ts";

/** What the answers are made from. */
export interface StatusParts {
  readonly current: CurrentState;
  readonly catalogue: Catalogue;
  readonly store: Pick<Store, "anomalies" | "silences">;
  readonly severities: SeverityRanking;
  /** Severity from which a service counts as failing. */
  readonly failingFrom: number;
  readonly oncall: (service: string | null, at: Date) => Promise<readonly OncallNow[]>;
  readonly runbooks: (query: string) => readonly RunbookLink[];
  /** The system, id and site of a ticket to the services it touches. */
  readonly touches: (ticket: Ticket) => readonly string[];
}

const RECENT_SPAN = 60 * 60_000;

/** Answers "is it us?" from the current state, without asking any server. */
export function createStatusSource(parts: StatusParts): StatusSource {
  const { current, catalogue, severities } = parts;
  const concerns = createConcerns(catalogue);
  const openGroups = () => (current.groups.last() ?? []).filter(({ state }) => state !== "resolved");
  const openAnomalies = () => current.anomalies.last() ?? [];
  const judge = (service: Service): Judgement =>
    judgeService(service.title ?? service.name, {
      groups: openGroups().filter((group) => !isAboutData(group) && concerns(group).has(service)),
      anomalies: openAnomalies().filter((anomaly) => anomaly.service === service.name),
      entities: current.entitiesOf(service.name),
      failingFrom: parts.failingFrom,
      severities,
    });

  async function describe(service: Service, now: Date): Promise<ServiceStatus> {
    const verdict = judge(service);
    const alerts = mapPart(current.groups.part(now), (groups) =>
      groups.filter((group) => group.state !== "resolved" && concerns(group).has(service)).sort(bySeverity(severities)),
    );
    const anomalies = mapPart(current.anomalies.part(now), (all) =>
      all.filter((anomaly) => anomaly.service === service.name).sort((left, right) => right.peakScore - left.peakScore),
    );
    return {
      known: true,
      service: service.name,
      title: service.title ?? service.name,
      ...verdict,
      owners: service.owners,
      anomalies,
      series: worstSeries(service, lastOf(anomalies) ?? [], now),
      tickets: mapPart(current.tickets.part(now), (all) =>
        all.filter((ticket) => parts.touches(ticket).includes(service.name)),
      ),
      alerts,
      silences: await silencesOf(service, now),
      oncall: await oncallPart(service.name, now),
      runbook: {
        kind: "fresh",
        value:
          lastOf(alerts)?.find(({ runbook }) => runbook !== null)?.runbook ?? parts.runbooks(service.name)[0] ?? null,
        at: now,
      },
      dependencies: service.dependsOn.flatMap((name) => {
        const needed = catalogue.find(name);
        return needed === null ? [] : [{ service: needed.name, state: judge(needed).state }];
      }),
      dashboard: service.dashboard ?? null,
    };
  }

  function worstSeries(service: Service, anomalies: readonly Anomaly[], now: Date): Part<MetricSeries | null> {
    const worst = anomalies[0];
    const metric = worst?.contributions[0]?.metric;
    const query = { service: service.name, from: new Date(now.getTime() - RECENT_SPAN), to: now };
    return seriesOf(metric === undefined ? query : { ...query, metric }, worst?.entity ?? null);
  }

  function seriesOf(query: SeriesQuery, entity: string | null): Part<MetricSeries | null> {
    const views = current.entitiesOf(query.service);
    const view =
      views.find((one) => one.entity === entity) ?? [...views].sort((a, b) => (b.score ?? 0) - (a.score ?? 0))[0];
    const ring = view === undefined ? null : current.ring(view.entity);
    if (view === undefined || ring === null) {
      return { kind: "missing", because: view?.note ?? "no metric of this service has been scored yet" };
    }
    const series = ring.series(view.entity, query.metric ?? ring.metrics[0] ?? "", query.from, query.to);
    const value = series === null ? null : { ...series, unit: null, anomalous: spans(view.entity) };
    return { kind: "fresh", value, at: view.at ?? query.to };
  }

  const spans = (entity: string) =>
    openAnomalies()
      .filter((anomaly) => anomaly.entity === entity)
      .map(({ openedAt, closedAt }) => ({ from: openedAt, to: closedAt }));

  async function silencesOf(service: Service | null, now: Date): Promise<Part<readonly SilenceInfo[]>> {
    const owners = new Map((await parts.store.silences.active()).map((entry) => [entry.silenceId, entry.owner]));
    const inform = (silence: Silence): SilenceInfo => ({
      silence,
      owner: owners.get(silence.id) ?? silence.createdBy,
      hides: current.hidden.get(silence.id) ?? 0,
    });
    return mapPart(current.silences.part(now), (all) =>
      all
        .filter((silence) => silence.state !== "expired" && (service === null || mayHide(silence, service)))
        .map(inform),
    );
  }

  const mayHide = (silence: Silence, service: Service) =>
    openGroups().some(
      (group) => concerns(group).has(service) && group.alerts.some((alert) => alert.silencedBy.includes(silence.id)),
    ) ||
    (matchesAll(
      silence.matchers.filter(({ name }) => name === "service"),
      { service: service.name },
    ) &&
      silence.matchers.some(({ name }) => name === "service"));

  async function oncallPart(service: string | null, now: Date): Promise<Part<readonly OncallNow[]>> {
    try {
      return { kind: "fresh", value: await parts.oncall(service, now), at: now };
    } catch (error) {
      return { kind: "missing", because: (error as Error).message };
    }
  }

  return {
    async service(name, now) {
      const service = catalogue.find(name);
      return service === null
        ? {
            known: false,
            name,
            suggestions: nearestNames(
              name,
              catalogue.services.flatMap((one) => [one.name, ...one.aliases]),
              3,
            ),
          }
        : describe(service, now);
    },
    async overview(now): Promise<Overview> {
      const services = catalogue.services.map(
        (service): ServiceSummary => ({
          service: service.name,
          title: service.title ?? service.name,
          ...judge(service),
          alerts: openGroups().filter((group) => concerns(group).has(service)).length,
          anomalies: openAnomalies().filter((anomaly) => anomaly.service === service.name).length,
        }),
      );
      return {
        services: services.sort((left, right) => STATE_ORDER.indexOf(left.state) - STATE_ORDER.indexOf(right.state)),
        alerts: mapPart(current.groups.part(now), (groups) =>
          groups.filter(({ state }) => state !== "resolved").sort(bySeverity(severities)),
        ),
        tickets: current.tickets.part(now),
        silences: await silencesOf(null, now),
        oncall: await oncallPart(null, now),
        sources: current.sources(),
      };
    },
    async groups(filter, now) {
      const service = filter.service === undefined ? null : catalogue.find(filter.service);
      return mapPart(current.groups.part(now), (groups) =>
        groups
          .filter((group) =>
            filter.states === undefined ? group.state !== "resolved" : filter.states.includes(group.state),
          )
          .filter((group) => filter.severity === undefined || group.severity === filter.severity)
          .filter((group) => filter.service === undefined || (service !== null && concerns(group).has(service)))
          .sort(bySeverity(severities)),
      );
    },
    async group(id) {
      const groups = current.groups.last() ?? [];
      const byPrefix = id.length >= 4 ? groups.filter((group) => group.id.startsWith(id)) : [];
      return groups.find((group) => group.id === id) ?? (byPrefix.length === 1 ? (byPrefix[0] ?? null) : null);
    },
    async anomaliesOf(group) {
      const ids = group.alerts.flatMap(({ annotations }) => annotations["anomaly"] ?? []);
      const found = await Promise.all([...new Set(ids)].slice(0, 20).map((id) => parts.store.anomalies.get(id)));
      return found.filter((anomaly) => anomaly !== null);
    },
    series: async (query) => seriesOf(query, null),
    runbooks: async (query) => parts.runbooks(query),
  };
}

/** Bad lumisections are a fault of the detector's data: the service that shows them runs as before. */
function isAboutData({ alerts }: AlertGroup): boolean {
  return alerts.length > 0 && alerts.every(({ labels }) => labels["alertname"] === DQM_ALERT);
}

/**
 * The services that a group is about: its own, and those its members' `service` labels name, by name or alias. Found once for
 * each group: an overview asks for every service.
 */
function createConcerns(catalogue: Catalogue): (group: AlertGroup) => ReadonlySet<Service> {
  const known = new WeakMap<AlertGroup, ReadonlySet<Service>>();
  return (group) => {
    const found = known.get(group);
    if (found !== undefined) {
      return found;
    }
    const names = new Set([group.service, ...group.alerts.map(({ labels }) => labels["service"])]);
    const services = new Set<Service>();
    for (const name of names) {
      const service = name === null || name === undefined ? null : catalogue.find(name);
      if (service !== null) {
        services.add(service);
      }
    }
    known.set(group, services);
    return services;
  };
}

function mapPart<T, U>(part: Part<T>, change: (value: T) => U): Part<U> {
  return part.kind === "missing" ? part : { ...part, value: change(part.value) };
}

function lastOf<T>(part: Part<T>): T | null {
  return part.kind === "missing" ? null : part.value;
}
