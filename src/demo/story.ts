import type { Clock } from "../alert/clock.ts";
import type { CurrentState } from "../intelligence/current-state.ts";
import type { Injection, InjectionKind } from "./cmsweb/injection.ts";
import type { Simulation } from "./cmsweb/simulation.ts";

const SUBJECT = "dbs";
const MINUTE = 60_000;
const FIRST_ANOMALY = 6 * MINUTE;

/** What the demo does by itself, told in a line. */
export interface Story {
  /** One sentence: what happens just now, and what to look at. */
  text(): string;
  /** Makes something go wrong now. @returns what, for people · @throws RangeError for an unknown service */
  inject(service: string, kind: InjectionKind, minutes: number): Promise<string>;
  /** Goes on with the story; called when something has changed. */
  advance(): Promise<void>;
}

export interface StoryParts {
  readonly simulation: Simulation;
  readonly current: CurrentState;
  readonly progress: () => { readonly done: number; readonly total: number; readonly entity: string | null };
  readonly clock: Clock;
  /** Keeps what was injected, so that the past is the same after a restart. */
  readonly keep: (injections: readonly Injection[]) => Promise<void>;
}

/** The first anomaly comes as soon as the model of `dbs` scores live points. */
export function createStory(parts: StoryParts): Story {
  const { simulation, current, clock } = parts;
  let begun = false;

  async function inject(service: string, kind: InjectionKind, minutes: number): Promise<string> {
    simulation.inject({ service, kind, from: clock(), duration: minutes * MINUTE });
    await parts.keep(simulation.injections());
    return `${service}: ${NAMES[kind]} for ${minutes} minutes from now.`;
  }

  const isScored = () => current.entitiesOf(SUBJECT).some(({ state }) => state === "ok" || state === "anomalous");
  const isLive = () =>
    current.entitiesOf(SUBJECT).some(({ at }) => at !== null && clock().getTime() - at.getTime() < MINUTE);
  const group = () =>
    (current.groups.last() ?? []).find(({ service, state }) => service === SUBJECT && state !== "resolved");

  return {
    inject,
    async advance() {
      if (!begun && isScored() && isLive()) {
        begun = true;
        await inject(SUBJECT, "point", FIRST_ANOMALY / MINUTE);
      }
    },
    text() {
      const { done, total, entity } = parts.progress();
      const training =
        done < total ? ` Models: ${done} of ${total} trained${entity === null ? "" : `, now ${entity}`}.` : "";
      if (!begun) {
        return `Learning what is normal from the last hours, ${SUBJECT} first.${training}`;
      }
      const open = group();
      if (open === undefined) {
        const isOver = !simulation
          .injections()
          .some(({ from, duration }) => clock().getTime() < from.getTime() + duration);
        return isOver
          ? `Nothing is wrong just now. Type /anomaly status ${SUBJECT} in Slack, or inject an anomaly on the dashboard.${training}`
          : `Something has gone wrong with ${SUBJECT}: its score is rising.${training}`;
      }
      return `Alert: ${open.title}. In Slack: press Acknowledge or Silence, look at the direct message, type /anomaly status ${SUBJECT}.${training}`;
    },
  };
}

const NAMES = {
  point: "latency and CPU far outside anything seen before",
  contextual: "the load of another hour of the day",
  collective: "CPU swings that requests do not explain",
  down: "the service goes down",
  absent: "its metrics stop coming",
} as const satisfies Record<InjectionKind, string>;
