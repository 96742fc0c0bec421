import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "pino";
import type { Alert } from "../../alert/alert.ts";
import type { AlertSink } from "../../alert/alert-sink.ts";
import { type Clock, steadyTime } from "../../alert/clock.ts";
import type { ModelKeeper } from "../../alert/model-keeper.ts";
import type { Config } from "../../config/schema.ts";
import { createLoop, type Loop } from "../../runtime/loop.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Store } from "../../store/store.ts";
import { incidentToAlert, incidentToAnomaly } from "../alerts/alerts.ts";
import { overviewLines, type TransfersNow, type TransfersOverview, transfersOverview } from "../alerts/overview.ts";
import { relatedTickets } from "../alerts/related.ts";
import { createCleanUp, mayTeach } from "../model/clean-up.ts";
import { unwrapEvent } from "../model/envelope.ts";
import { isFinished } from "../model/estimator.ts";
import type { TransferIncident } from "../model/incident.ts";
import type { FitSequences } from "../model/models.ts";
import type { EventSource, StoredEvent } from "../rucio/source.ts";
import { restoreCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { History } from "./history.ts";
import { ENTITY } from "./models.ts";
import { createAlertPush } from "./push.ts";
import { Reading } from "./reading.ts";
import { createTeacher } from "./teacher.ts";

export interface TransferParts {
  readonly config: Config["transfers"];
  readonly source: EventSource;
  /** Milliseconds between two readings. */
  readonly every: number;
  readonly store: Pick<Store, "states" | "anomalies" | "models">;
  readonly sink: AlertSink;
  readonly current: CurrentState;
  /** Trains the network away from this thread. */
  readonly fitSequences: FitSequences;
  readonly baseUrl: string | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Transfers as they end: read, judged, learnt from; their incidents become alerts. */
export interface TransferService {
  readonly loop: Loop;
  /** Stops its loop and a training under way, and keeps what the next process needs. */
  stop(): Promise<void>;
  /** @param about a site or storage element; null for all */
  overview(about?: string | null): TransfersOverview;
  /** The same as lines for people. */
  lines(about?: string | null): readonly string[];
  /** For the desk where people choose versions. */
  readonly models: ModelKeeper;
  /** Of the model that is at work; null while there is none. */
  version(): string | null;
  /** Waits for a training under way. */
  settled(): Promise<void>;
}

const MOST_CLOSED = 50;
const SAVE_EVERY = 10 * 60_000;
const TAKE_UP_EVERY = 50_000;

/** Builds the loop that reads transfer events; nothing runs before `start`. */
export function createTransferService(parts: TransferParts): TransferService {
  const { config, source, store, current, clock, log } = parts;
  const cleanUp = createCleanUp();
  const reading = new Reading(config.elasticsearch?.overlap ?? 0, config.elasticsearch?.catchUp ?? 0);
  const history = new History(config.train.transfers);
  const onLive = () => {
    savedAt = Number.NEGATIVE_INFINITY;
  };
  const teacher = createTeacher({ ...parts, history, onLive });
  const { push, pending } = createAlertPush({ ...parts, toAlert });
  const kept = { states: store.states, reading, history, teacher };
  let closed: TransferIncident[] = [];
  let judged = 0;
  let savedAt = steadyTime(clock);
  let tookUpAt = savedAt;
  let restored = false;

  function toAlert(incident: TransferIncident): Alert {
    const related = relatedTickets(incident, current.tickets.last() ?? []);
    return incidentToAlert(incident, related, parts.baseUrl);
  }

  async function run(signal: AbortSignal): Promise<void> {
    await (restored ? takeUpInTime() : restore());
    const fault = await read(signal).catch((error: Error) => error);
    signal.throwIfAborted();
    if (fault === null) {
      // Only a source that answered can say that there were no transfers.
      await note(teacher.watch?.expire(clock().getTime() / 1000) ?? []);
    }
    await push(teacher.watch?.open() ?? [], []);
    await teacher.teach();
    await saveInTime();
    tellHealth(fault);
    current.changed();
  }

  async function restore(): Promise<void> {
    const before = await restoreCheckpoint(kept);
    closed = [...before.closed];
    await teacher.takeUp();
    restored = true;
    await push([], before.pending);
  }

  async function takeUpInTime(): Promise<void> {
    if (steadyTime(clock) - tookUpAt >= TAKE_UP_EVERY) {
      tookUpAt = steadyTime(clock);
      await teacher.takeUp();
    }
  }

  async function read(signal: AbortSignal): Promise<null> {
    for await (const page of source.since(reading.from(clock().getTime()), signal)) {
      await takePage(page);
      await saveInTime();
      await nextTurn();
    }
    return null;
  }

  async function takePage(page: readonly StoredEvent[]): Promise<void> {
    const changed = new Map<string, TransferIncident>();
    for (const event of reading.fresh(page)) {
      const { transfer, flaws } = cleanUp.take(unwrapEvent(event.document) ?? {});
      if (transfer === null) {
        continue;
      }
      const seen = teacher.watch?.take(transfer, flaws) ?? null;
      for (const incident of seen?.incidents ?? []) {
        changed.set(incident.id, incident);
      }
      judged += seen === null ? 0 : 1;
      if (isFinished(transfer) && (seen?.teaches ?? mayTeach(flaws))) {
        teacher.add(transfer, seen?.judgement ?? null);
      }
    }
    await note([...changed.values()]);
  }

  async function note(incidents: readonly TransferIncident[]): Promise<void> {
    const over = incidents.filter(({ closedAt }) => closedAt !== null);
    if (over.length > 0) {
      closed = [...over.reverse(), ...closed].slice(0, MOST_CLOSED);
      await store.anomalies.save(over.map((incident) => incidentToAnomaly(incident, teacher.version ?? config.model)));
      await push([], over);
    }
    for (const incident of incidents.filter(({ openedAt, updatedAt }) => openedAt.getTime() === updatedAt.getTime())) {
      log.info({ incident: incident.id, problem: incident.problem }, "transfers: incident opened");
    }
  }

  function tellHealth(fault: Error | null): void {
    const last = current.sources().find(({ name }) => name === SOURCE)?.at ?? null;
    const { watch, missing } = teacher;
    current.setSource({
      name: SOURCE,
      every: parts.every,
      state: fault === null ? "ok" : "down",
      at: fault === null ? clock() : last,
      because:
        fault?.message ??
        (watch === null ? `learning: ${missing()} transfers are still missing` : `${judged} transfers judged`),
    });
    if (fault !== null) {
      log.warn({ reason: fault.message }, "transfer events could not be read; what was read stays good");
    }
  }

  async function saveInTime(): Promise<void> {
    if (steadyTime(clock) - savedAt >= SAVE_EVERY) {
      await save();
    }
  }

  async function save(): Promise<void> {
    savedAt = steadyTime(clock);
    await saveCheckpoint(kept, { closed, pending: pending() });
  }

  function now(): TransfersNow {
    const { watch, missing, version } = teacher;
    return {
      model: version === null ? null : { name: config.model, version },
      state: watch === null ? "learning" : "watching",
      note: watch === null ? `${missing()} transfers are still missing` : null,
      judged,
      rate: config.rate,
      threshold: watch?.threshold ?? -Math.log10(config.rate),
      cleaned: cleanUp.counts,
      open: watch?.open() ?? [],
      closed,
      top: watch?.top() ?? [],
    };
  }

  function overview(about: string | null = null): TransfersOverview {
    return transfersOverview(now(), current.tickets.last() ?? [], about);
  }

  const loop = createLoop({ name: "transfers", every: parts.every, run, clock, log });
  return {
    loop,
    async stop() {
      teacher.stop();
      await loop.stop();
      if (restored) {
        await save();
      }
    },
    overview,
    lines: (about = null) => overviewLines(overview(about)),
    models: { entity: ENTITY, detector: config.model, key: "transfers.model", takeUp: () => teacher.takeUp() },
    version: () => teacher.version,
    settled: () => teacher.settled(),
  };
}

const SOURCE = "rucio";
