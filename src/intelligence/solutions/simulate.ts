import { seededRandom } from "../../detect/math/random.ts";
import { type Answers, type BanditOptions, NO_ANSWERS, rankArms, sampleBeta } from "./bandit.ts";

/** A made-up world: alerts of several types, remedies that help with hidden chances, people who seldom answer. */
export interface World {
  readonly types: number;
  readonly remedies: number;
  readonly alerts: number;
  /** Share of alerts after which nobody says whether it helped. */
  readonly missing: number;
  readonly seed: number;
}

/** Regret of one way to rank: how many more alerts the best remedy in hindsight would have solved, in expectation. */
export interface SimulationResult {
  readonly strategy: string;
  readonly regret: number;
  /** Regret after each tenth of the alerts. */
  readonly course: readonly number[];
}

export const STRATEGIES = ["mean", "thompson-sharp", "thompson", "fixed", "random"] as const;
export type Strategy = (typeof STRATEGIES)[number];

const SHARPNESS = { mean: Number.POSITIVE_INFINITY, "thompson-sharp": 10, thompson: 1 } as const;

/** Plays the same world with each strategy: same alerts, same luck per alert and remedy. */
export function simulate(world: World, strategies: readonly Strategy[] = STRATEGIES): readonly SimulationResult[] {
  const chances = makeChances(world);
  return strategies.map((strategy) => play(world, chances, strategy));
}

/** Chances fall with the place in the runbook on average, but authors are often wrong. */
function makeChances({ types, remedies, seed }: World): readonly (readonly number[])[] {
  const random = seededRandom(seed);
  return Array.from({ length: types }, () =>
    Array.from({ length: remedies }, (_, place) => sampleBeta(...beliefAt(place), random)),
  );
}

function beliefAt(place: number): [number, number] {
  const mean = Math.max(0.3, 0.5 - 0.08 * place);
  return [2 * mean, 2 * (1 - mean)];
}

function play(world: World, chances: readonly (readonly number[])[], strategy: Strategy): SimulationResult {
  const draws = seededRandom(world.seed + 1);
  const own = seededRandom(world.seed + 2);
  const answers = chances.map((type) => type.map((): Answers => NO_ANSWERS));
  const course: number[] = [];
  let regret = 0;
  for (let alert = 0; alert < world.alerts; alert++) {
    const type = Math.floor(draws() * world.types);
    const luck = draws();
    const isAnswered = draws() >= world.missing;
    const known = chances[type] ?? [];
    const chosen = choose(strategy, answers[type] ?? [], own);
    const chance = known[chosen] ?? 0;
    regret += Math.max(...known) - chance;
    const before = answers[type]?.[chosen];
    if (isAnswered && before !== undefined && answers[type] !== undefined) {
      const didHelp = luck < chance;
      answers[type][chosen] = { helped: before.helped + (didHelp ? 1 : 0), failed: before.failed + (didHelp ? 0 : 1) };
    }
    if ((alert + 1) % Math.ceil(world.alerts / 10) === 0) {
      course.push(regret);
    }
  }
  return { strategy, regret, course };
}

function choose(strategy: Strategy, answers: readonly Answers[], random: () => number): number {
  if (strategy === "fixed") {
    return 0;
  }
  if (strategy === "random") {
    return Math.floor(random() * answers.length);
  }
  const options: BanditOptions = { random, sharpness: SHARPNESS[strategy] };
  const arms = answers.map((here, place) => ({ id: String(place), place, here, elsewhere: NO_ANSWERS }));
  return rankArms(arms, options)[0]?.place ?? 0;
}
