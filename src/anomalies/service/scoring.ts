import PQueue from "p-queue";
import type { Logger } from "pino";
import type { Anomaly } from "../../alert/anomaly.ts";
import type { Clock } from "../../alert/clock.ts";
import type { EntitySpec } from "../../config/entities.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { CurrentState } from "../../status/current-state.ts";
import { fetchFrames } from "../life/frames.ts";
import { type PointListener, scoreNewRows } from "../life/watched.ts";
import type { Fleets } from "./fleets.ts";
import type { Ledger } from "./ledger.ts";
import type { Known, Roster } from "./roster.ts";

export interface ScoringParts {
  readonly specs: readonly EntitySpec[];
  /** Milliseconds. */
  readonly step: number;
  readonly source: MetricSource;
  readonly roster: Roster;
  readonly fleets: Pick<Fleets, "score">;
  /** True where a query's entities are scored side by side. */
  readonly isFleet: (spec: EntitySpec) => boolean;
  readonly ledger: Ledger;
  readonly current: CurrentState;
  readonly onPoint: PointListener;
  readonly clock: Clock;
  readonly log: Logger;
}

const QUERIES_AT_ONCE = 6;
/** A longer absence is not scored afterwards: nobody needs an alert of yesterday, and history serves training anyhow. */
const CATCH_UP = 6 * 3_600_000;
/** An entity of a split query that has been away for so many rounds is gone, e.g. a pod that was replaced. */
const GONE_AFTER = 20;

/** @returns the round of scoring: asks for what has come since the last one, scores it, and tells what changed */
export function createScoring(parts: ScoringParts): (signal: AbortSignal) => Promise<void> {
  const { specs, step, source, roster, ledger, current, clock, log } = parts;
  const queue = new PQueue({ concurrency: QUERIES_AT_ONCE });

  async function scoreSpec(spec: EntitySpec, to: Date, signal: AbortSignal): Promise<readonly Anomaly[]> {
    if (parts.isFleet(spec)) {
      return parts.fleets.score(spec, to, signal);
    }
    const mine = roster.of(spec).filter(({ watched, absent }) => watched !== null && absent === 0);
    const last = Math.min(...mine.map(({ watched }) => (watched?.lastTime ?? (to.getTime() - step) / 1000) * 1000));
    const from = new Date(Math.max(mine.length === 0 ? to.getTime() : last + step, to.getTime() - CATCH_UP));
    if (from > to) {
      return [];
    }
    const updates: Anomaly[] = [];
    const frames = await fetchFrames(source, spec, from, to, step, signal);
    if (mine.length === 0 && spec.by.length === 0) {
      // There is nothing to score yet; it was asked to know whether it can be.
      return [];
    }
    for (const [entity, frame] of frames) {
      const one = await roster.enter(spec, entity, signal);
      one.absent = 0;
      updates.push(...(one.watched === null ? [] : scoreNewRows(one.watched, frame, parts.onPoint)));
    }
    return [...updates, ...(await leaveGone(roster.of(spec).filter(({ entity }) => !frames.has(entity))))];
  }

  async function leaveGone(missing: readonly Known[]): Promise<readonly Anomaly[]> {
    const closed: Anomaly[] = [];
    for (const one of missing) {
      one.absent++;
      if (one.absent >= GONE_AFTER) {
        const event = ledger.closedOf(one.entity, `${one.entity} is gone: no metric speaks of it any more`);
        closed.push(...(event === null ? [] : [event]));
        await roster.leave(one);
      }
    }
    return closed;
  }

  async function report(failed: readonly PromiseRejectedResult[], to: Date): Promise<void> {
    const reason = failed[0] === undefined ? null : ((failed[0].reason as Error).message ?? String(failed[0].reason));
    if (reason !== null) {
      log.warn({ failed: failed.length, of: specs.length, reason }, "metrics could not be read");
      current.anomalies.fail(reason, clock());
    }
    const down = failed.length === specs.length && specs.length > 0;
    current.setSource({
      name: "prometheus",
      every: step,
      state: down ? "down" : failed.length > 0 ? "stale" : "ok",
      at: down ? (current.sources().find(({ name }) => name === "prometheus")?.at ?? null) : to,
      because: reason ?? `${specs.length} queries answered`,
    });
  }

  return async (signal) => {
    // The newest whole step: a point is asked for when its step is over.
    const to = new Date(Math.floor(clock().getTime() / step) * step);
    const results = await Promise.allSettled(specs.map((spec) => queue.add(() => scoreSpec(spec, to, signal))));
    const failed = results.filter((result) => result.status === "rejected");
    const updates = results.flatMap((result) => (result.status === "fulfilled" ? (result.value ?? []) : []));
    await ledger.remember(updates);
    await report(failed, to);
  };
}
