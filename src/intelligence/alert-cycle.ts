import type { Logger } from "pino";
import type { ActiveAlert } from "../alert/alert.ts";
import { atMostEvery, type Clock } from "../alert/clock.ts";
import type { AlertGroup } from "../alert/group.ts";
import type { ServiceEvents } from "../alert/service-events.ts";
import type { Silence } from "../alert/silence.ts";
import type { RememberingAlertmanager } from "../alertmanager/remembering.ts";
import type { Events } from "../runtime/events.ts";
import type { CurrentState } from "../status/current-state.ts";
import type { AlertChange, Store } from "../store/store.ts";
import type { Cycle } from "./cycle.ts";
import type { SeenAlert } from "./pipeline.ts";
import type { Item } from "./stage.ts";
import type { Tally } from "./tally.ts";

export interface AlertCycleParts {
  readonly alertmanager: Pick<RememberingAlertmanager, "alerts" | "silences" | "held">;
  /** Runs the pipeline and sends what follows from it: storms collapsed, copies, alerts it raises. */
  readonly sending: Cycle;
  /** Alerts as the last process saw them: a restart is not taken for new ones. */
  readonly seen: readonly SeenAlert[];
  /** Keeps the pipeline's memory. */
  readonly save: () => Promise<void>;
  /** Brings what dashboards should show to Grafana; never throws. */
  readonly annotate: (items: readonly Item[], now: Date) => Promise<void>;
  readonly store: Store;
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly current: CurrentState;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends silences and acknowledgements whose reason is gone, and the like; before the look. */
  readonly maintain: (now: Date) => Promise<void>;
  /** Told of all groups after each look; nobody is waited for. */
  readonly events: Pick<Events<ServiceEvents>, "emit">;
  readonly tally: Tally;
}

const SAVE_EVERY = 60_000;

/** One look at all alerts of Alertmanager: groups them, remembers what changed, and says so. */
export interface AlertCycle {
  run(): Promise<void>;
  /** Keeps the pipeline's memory, e.g. before the end. */
  save(): Promise<void>;
}

/** @returns a cycle that has not looked yet */
export function createAlertCycle(parts: AlertCycleParts): AlertCycle {
  const { alertmanager, store, current, clock, log } = parts;
  let previous = new Map(
    parts.seen.flatMap(({ alert, resolvedAt }) => (resolvedAt === null ? [[alert.fingerprint, alert] as const] : [])),
  );
  const isSaveDue = atMostEvery(SAVE_EVERY, clock);

  async function look(): Promise<{ alerts: readonly ActiveAlert[]; silences: readonly Silence[] } | null> {
    const now = clock();
    try {
      const [alerts, silences] = await Promise.all([alertmanager.alerts(), alertmanager.silences()]);
      current.setSource({
        name: "alertmanager",
        every: parts.every,
        state: "ok",
        at: now,
        because: saidOf(alerts.length, alertmanager.held()),
      });
      return { alerts, silences };
    } catch (error) {
      const because = (error as Error).message;
      const lost = current.sources().find(({ name }) => name === "alertmanager");
      if (lost?.state !== "down") {
        log.warn({ reason: because }, "alertmanager cannot be read; the last known alerts stay in view");
      }
      current.groups.fail(because, now);
      current.silences.fail(because, now);
      current.setSource({ name: "alertmanager", every: parts.every, state: "down", at: lost?.at ?? null, because });
      return null;
    }
  }

  async function run(): Promise<void> {
    const seenNow = await look();
    if (seenNow === null) {
      current.changed();
      return;
    }
    const { alerts, silences } = seenNow;
    const now = clock();
    await parts.maintain(now);
    const acknowledged = new Set((await store.acknowledgements.active()).map(({ groupId }) => groupId));
    const result = await parts.sending.run(alerts, now, { acknowledged });
    result.reports.forEach(parts.tally.stage);
    for (const { stage, failures } of result.reports.filter((report) => report.failures.length > 0)) {
      log.error(
        { stage, failures: failures.slice(0, 5), count: failures.length },
        "stage failed for some alerts; they went on without it",
      );
    }
    if (result.faults.length > 0) {
      log.warn({ faults: result.faults.slice(0, 5) }, "not everything could be sent; tried again at the next look");
    }
    await remember(alerts, result.groups, now);
    current.groups.set(result.groups, now);
    current.silences.set(silences, now);
    countHidden(current, alerts);
    await parts.annotate(result.items, now);
    parts.events.emit("groups seen", { groups: result.groups, now });
    if (isSaveDue()) {
      await parts.save();
    }
    current.changed();
  }

  async function remember(alerts: readonly ActiveAlert[], groups: readonly AlertGroup[], now: Date): Promise<void> {
    const groupOf = new Map(
      groups.flatMap((group) => group.alerts.map((alert) => [alert.fingerprint, group.id] as const)),
    );
    const changes = changesBetween(previous, alerts, groupOf, now);
    previous = new Map(alerts.map((alert) => [alert.fingerprint, alert]));
    if (changes.length > 0) {
      await store.history.append(changes);
    }
  }

  return { run, save: parts.save };
}

function saidOf(count: number, held: number): string {
  return held === 0
    ? `${count} alerts`
    : `${count} alerts; it restarted, and ${held} of them it has not heard of again yet: they stay until it had time to`;
}

function countHidden(current: CurrentState, alerts: readonly ActiveAlert[]): void {
  current.hidden.clear();
  for (const id of alerts.flatMap(({ silencedBy }) => silencedBy)) {
    current.hidden.set(id, (current.hidden.get(id) ?? 0) + 1);
  }
}

/** What is new, silenced or not any more, and gone since the last look. */
export function changesBetween(
  before: ReadonlyMap<string, ActiveAlert>,
  alerts: readonly ActiveAlert[],
  groupOf: ReadonlyMap<string, string>,
  now: Date,
): readonly AlertChange[] {
  const change = (alert: ActiveAlert, state: AlertChange["state"]): AlertChange => ({
    fingerprint: alert.fingerprint,
    at: now,
    state,
    labels: alert.labels,
    annotations: alert.annotations,
    groupId: groupOf.get(alert.fingerprint) ?? null,
    actor: null,
  });
  const seen = new Set(alerts.map(({ fingerprint }) => fingerprint));
  const appeared = alerts.flatMap((alert) => {
    const old = before.get(alert.fingerprint);
    const isSilenced = alert.silencedBy.length > 0;
    if (old === undefined) {
      return isSilenced ? [change(alert, "firing"), change(alert, "silenced")] : [change(alert, "firing")];
    }
    const was = old.silencedBy.length > 0;
    return was === isSilenced ? [] : [change(alert, isSilenced ? "silenced" : "unsilenced")];
  });
  const gone = [...before.values()].filter(({ fingerprint }) => !seen.has(fingerprint));
  return [...appeared, ...gone.map((alert) => change(alert, "resolved"))];
}
