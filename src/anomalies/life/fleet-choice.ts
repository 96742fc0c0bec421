import { UserError } from "../../alert/user-error.ts";
import type { Frame } from "../../detect/frame.ts";

/** What `detect.detectors` calls the scoring of a query's entities side by side. */
export const FLEET = "fleet";
/** Milliseconds: fleets are scored by a row a minute, however fine the step. */
export const FLEET_ROUND = 60_000;

interface Split {
  readonly name: string;
  readonly by: readonly string[];
}

/** True where the query's entities are scored as a fleet: the first detector that fits decides. */
export function isFleet(spec: Split, detectors: readonly string[]): boolean {
  return spec.by.length > 0 && detectors[0] === FLEET;
}

/** The detector of everything that is no fleet. @throws UserError where there is none, though something needs it */
export function unitDetector(specs: readonly Split[], detectors: readonly string[]): string {
  const found = detectors.find((name) => name !== FLEET);
  const alone = specs.find(({ by }) => by.length === 0);
  if (found === undefined && alone !== undefined) {
    const what = `\`${FLEET}\` compares entities of one query with each other, and ${alone.name} is not split`;
    throw new UserError(what, "detect.detectors", `name a second one for it, e.g. [${FLEET}, default]`);
  }
  return found ?? "default";
}

/** The rows of all entities time by time; entities without any value at a time are left out of it. */
export function* roundsOf(frames: ReadonlyMap<string, Frame>): Generator<[number, Map<string, Float64Array>]> {
  const [first] = frames.values();
  for (let row = 0; row < (first?.rows ?? 0); row++) {
    const rows = new Map<string, Float64Array>();
    for (const [entity, { values, metrics }] of frames) {
      const own = values.slice(row * metrics.length, (row + 1) * metrics.length);
      if (own.some((value) => Number.isFinite(value))) {
        rows.set(entity, own);
      }
    }
    yield [first?.times?.[row] as number, rows];
  }
}
