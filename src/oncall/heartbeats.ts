import { timingSafeEqual } from "node:crypto";
import type { Alert } from "../alert/alert.ts";
import type { Clock } from "../alert/clock.ts";
import { formatDuration } from "../alert/duration.ts";
import { HEARTBEAT_ALERT } from "../alert/names.ts";
import type { Config } from "../config/schema.ts";
import type { Store } from "../store/store.ts";

/** Something that is to report again and again: a cron job, an exporter. */
export type Heartbeat = Config["heartbeats"][number];

/** What came of a report: taken, or refused since there is no such heartbeat or the token is not its own. */
export type BeatResult = "taken" | "unknown" | "refused";

export interface Heartbeats {
  /** Something reports. Unknown names and wrong tokens are not told apart by time. */
  beat(name: string, token: string): Promise<BeatResult>;
  /** Raises, keeps alive and ends alerts: to be called about every half minute. */
  look(now: Date): Promise<void>;
}

export interface HeartbeatParts {
  readonly heartbeats: readonly Heartbeat[];
  readonly states: Store["states"];
  readonly push: (alerts: readonly Alert[]) => Promise<unknown>;
  readonly clock: Clock;
}

/** What is kept of one. Milliseconds since 1970. */
interface Kept {
  /** Last report, or when it was first looked for; later by the time that cmswatch itself was not running. */
  readonly at: number;
  /** False until the first report. */
  readonly seen: boolean;
  /** When its alert began; null without one. */
  readonly missingSince: number | null;
}

const PREFIX = "heartbeat:";
const LOOKED = "heartbeats-looked";
/** Longer between two looks: cmswatch was not running, and what reported meanwhile could not be heard. */
const GAP = 90_000;

/** Watches what should report. All it knows is in the store, so that a restart neither forgets nor alerts. */
export function createHeartbeats({ heartbeats, states, push, clock }: HeartbeatParts): Heartbeats {
  const keptOf = (name: string) => states.get<Kept>(PREFIX + name);

  /** How long cmswatch was not running before this look. */
  const gapBefore = async (now: Date): Promise<number> => {
    const before = await states.get<number>(LOOKED);
    await states.put(LOOKED, now.getTime());
    const passed = before === null ? 0 : now.getTime() - before;
    return passed > GAP ? passed : 0;
  };

  const lookAt = async (one: Heartbeat, now: Date, gap: number): Promise<Alert | null> => {
    const known = (await keptOf(one.name)) ?? { at: now.getTime(), seen: false, missingSince: null };
    const at = Math.min(now.getTime(), known.at + gap);
    const due = at + one.every + one.grace;
    const isMissing = now.getTime() >= due;
    const missingSince = isMissing ? (known.missingSince ?? now.getTime()) : null;
    await states.put(PREFIX + one.name, { ...known, at, missingSince } satisfies Kept);
    if (!isMissing && known.missingSince === null) {
      return null;
    }
    const began = new Date(missingSince ?? known.missingSince ?? now.getTime());
    return heartbeatAlert(one, known.seen ? new Date(at) : null, began, isMissing ? null : now);
  };

  return {
    async beat(name, token) {
      const one = heartbeats.find((heartbeat) => heartbeat.name === name);
      const isRight = sameText(token, one?.token ?? "");
      if (one === undefined || !isRight) {
        return one === undefined ? "unknown" : "refused";
      }
      const known = await keptOf(name);
      const missingSince = known?.missingSince ?? null;
      await states.put(PREFIX + name, { at: clock().getTime(), seen: true, missingSince } satisfies Kept);
      return "taken";
    },
    async look(now) {
      const gap = await gapBefore(now);
      const alerts: Alert[] = [];
      for (const one of heartbeats) {
        const alert = await lookAt(one, now, gap);
        if (alert !== null) {
          alerts.push(alert);
        }
      }
      if (alerts.length > 0) {
        await push(alerts);
      }
    },
  };
}

function heartbeatAlert(one: Heartbeat, last: Date | null, startsAt: Date, endsAt: Date | null): Alert {
  const { name, service, severity, owner, runbook, every } = one;
  const since = last === null ? "has not reported yet" : `has not reported since ${last.toISOString()}`;
  return {
    labels: {
      alertname: HEARTBEAT_ALERT,
      heartbeat: name,
      service,
      severity,
      tag: "monitoring",
      ...(owner === undefined ? {} : { owner }),
    },
    annotations: {
      summary: `${name} ${since}`,
      description: `It should report every ${formatDuration(every)}, with ${formatDuration(one.grace)} of grace.`,
      action: "Does the job run, and does it reach cmswatch? Its own log says.",
      ...(runbook === undefined ? {} : { runbook_url: runbook }),
    },
    startsAt,
    endsAt,
  };
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return other !== "" && a.length === b.length && timingSafeEqual(a, b);
}

export interface DeadMansSwitchParts {
  /** Address outside, e.g. of a healthchecks service; it alerts when this is not asked for any more. */
  readonly url: string;
  /** Asks for an address. @throws Error when it does not answer well */
  readonly ask: (url: string) => Promise<void>;
  /** Why cmswatch should be taken for dead though it runs; null where all is well. */
  readonly trouble: () => string | null;
}

/** One sign of life to the address outside; none while cmswatch runs without doing its work. @throws Error when it fails */
export async function signOfLife({ url, ask, trouble }: DeadMansSwitchParts): Promise<void> {
  const why = trouble();
  if (why !== null) {
    throw new Error(`no sign of life is sent: ${why}`);
  }
  await ask(url);
}
