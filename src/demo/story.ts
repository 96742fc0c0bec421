import type { Alert } from "../alert/alert.ts";
import type { Clock } from "../alert/clock.ts";
import type { CurrentState } from "../status/current-state.ts";
import type { Injection, InjectionKind } from "./cmsweb/injection.ts";
import type { Simulation } from "./cmsweb/simulation.ts";
import { STEPS, type Step, type StepWorld } from "./story/steps.ts";
import type { Board } from "./tickets/board.ts";
import type { SimulatedRucio } from "./transfers/rucio.ts";

const MINUTE = 60_000;

/** Where the story is, as the demo's page shows it. */
export interface StoryView {
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly state: "told" | "now" | "to come";
  }[];
  readonly now: {
    readonly number: number;
    readonly id: string;
    readonly title: string;
    readonly happens: string;
    readonly purpose: string;
    readonly look: string;
    readonly page: string;
    /** What cmswatch has found, or what is waited for: a sentence. */
    readonly status: string;
    readonly found: boolean;
  };
  /** The next step's title; null at the end. */
  readonly next: string | null;
  /** How far the training is; null when it is done. */
  readonly training: string | null;
}

/** What survives a restart. */
export interface StoryPlace {
  readonly step: string;
  /** The service that was chosen for it. */
  readonly service: string;
  /** Unix milliseconds; null while the step waits to begin. */
  readonly begunAt: number | null;
  /** What cmswatch found, once it has: alerts that are over by now do not undo it. */
  readonly found?: string | null;
}

/** The demo's story: one step after the other, each told when somebody asks for it. */
export interface Story {
  view(): StoryView;
  /** Tells the next step; the last one again at the end. */
  next(): Promise<StoryView>;
  /** Tells one step. @throws RangeError for an unknown one */
  tell(id: string): Promise<StoryView>;
  /** Makes something go wrong now. @returns what, for people · @throws RangeError for an unknown service */
  inject(service: string, kind: InjectionKind, minutes: number): Promise<string>;
  /** Begins the step that waits, when it can; called when something has changed. */
  advance(): Promise<void>;
}

export interface StoryParts {
  readonly simulation: Simulation;
  readonly board: Board;
  readonly rucio: Pick<SimulatedRucio, "slow">;
  readonly current: CurrentState;
  readonly progress: () => { readonly done: number; readonly total: number; readonly entity: string | null };
  readonly judgeRun: StepWorld["judgeRun"];
  /** Sends alerts as another producer would. */
  readonly send: (alerts: readonly Alert[]) => Promise<void>;
  readonly clock: Clock;
  readonly before: StoryPlace | null;
  /** Keeps place, tickets and what was injected, so that the past is the same after a restart. */
  readonly keep: (kept: { place: StoryPlace; injections: readonly Injection[] }) => Promise<void>;
}

/** The first step begins by itself as soon as its model scores live points; the others when they are asked for. */
export function createStory(parts: StoryParts): Story {
  const { simulation, current, clock } = parts;
  let step = STEPS.find(({ id }) => id === parts.before?.step) ?? (STEPS[0] as Step);
  let begunAt = parts.before?.begunAt ?? null;
  let service = parts.before?.service ?? "";
  let found = parts.before?.found ?? null;
  let busy = false;

  const keep = () =>
    parts.keep({ place: { step: step.id, service, begunAt, found }, injections: simulation.injections() });
  const { board, rucio, judgeRun, send } = parts;
  const world = (): StepWorld => ({ current, board, rucio, judgeRun, inject, send, now: clock() });

  async function inject(service: string, kind: InjectionKind, minutes: number): Promise<string> {
    simulation.inject({ service, kind, from: clock(), duration: minutes * MINUTE });
    await keep();
    return `${service}: ${NAMES[kind]} for ${minutes} minutes from now.`;
  }

  function look(): string | null {
    return found ?? (begunAt === null ? null : step.found(world(), service, new Date(begunAt)));
  }

  async function advance(): Promise<void> {
    if (found === null) {
      found = look();
      await (found === null ? null : keep());
    }
    const chosen = busy || begunAt !== null ? null : step.choose(world());
    if (chosen === null || "waitsFor" in chosen) {
      return;
    }
    busy = true;
    try {
      service = chosen.service;
      begunAt = clock().getTime();
      await step.begin(world(), service);
      await keep();
    } finally {
      busy = false;
    }
  }

  async function tellStep(wanted: Step): Promise<StoryView> {
    step = wanted;
    service = "";
    begunAt = null;
    found = null;
    await advance();
    await keep();
    return view();
  }

  function view(): StoryView {
    const index = STEPS.indexOf(step);
    const { id, title, purpose } = step;
    const chosen = begunAt === null ? step.choose(world()) : { service };
    const name = "service" in chosen ? chosen.service : "a service";
    const named = (text: string) => text.replaceAll("{service}", name);
    const page = "service" in chosen ? named(step.page) : "/";
    const [happens, look] = [named(step.happens), named(step.look)];
    return {
      steps: STEPS.map((one, place) => ({
        id: one.id,
        title: one.title,
        state: place < index ? "told" : place === index ? "now" : "to come",
      })),
      now: { number: index + 1, id, title, happens, purpose, look, page, ...statusOf() },
      next: STEPS[index + 1]?.title ?? null,
      training: trainingText(parts.progress()),
    };
  }

  function statusOf(): { status: string; found: boolean } {
    if (begunAt === null) {
      const chosen = step.choose(world());
      return {
        status: `Waits for ${"waitsFor" in chosen ? chosen.waitsFor : "nothing: it begins now"}.`,
        found: false,
      };
    }
    const text = look();
    return text === null
      ? { status: `Began ${Math.round((clock().getTime() - begunAt) / 1000)} s ago; cmswatch looks…`, found: false }
      : { status: `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, found: true };
  }

  return {
    view,
    inject,
    advance,
    next: () => tellStep(STEPS[STEPS.indexOf(step) + 1] ?? step),
    async tell(id) {
      const wanted = STEPS.find((one) => one.id === id);
      if (wanted === undefined) {
        throw new RangeError(`the story has no step "${id}": ${STEPS.map((one) => one.id).join(", ")}`);
      }
      return tellStep(wanted);
    },
  };
}

function trainingText({ done, total, entity }: ReturnType<StoryParts["progress"]>): string | null {
  return done >= total && total > 0
    ? null
    : `Models: ${done} of ${total} trained${entity === null ? "" : `, now ${entity}`}.`;
}

const NAMES = {
  point: "latency and CPU far outside anything seen before",
  contextual: "the load of another hour of the day",
  collective: "CPU swings that requests do not explain",
  down: "the service goes down",
  absent: "its metrics stop coming",
} as const satisfies Record<InjectionKind, string>;
