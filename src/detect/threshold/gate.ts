/** When an event opens and closes. */
export interface GateRule {
  /** Points over the threshold, of the last `of`, that open an event. */
  readonly open: number;
  readonly of: number;
  /** The event closes when `of` points in a row are below this share of the threshold. */
  readonly close: number;
}

/** A single point this far over the threshold opens an event at once. */
const FAR_OVER = 1.15;

export const DEFAULT_GATE: GateRule = { open: 3, of: 5, close: 0.7 };

export type GateDecision = "quiet" | "rising" | "opened" | "lasting" | "falling" | "closed";

/** JSON-serialisable. */
export interface GateState {
  /** Of the last `of` points, oldest first: 1 where the score was over the threshold. */
  readonly over: readonly number[];
  readonly isOpen: boolean;
  /** Points in a row below the closing threshold. */
  readonly below: number;
}

export const CLOSED_GATE: GateState = { over: [], isOpen: false, below: 0 };

/**
 * One step of m of n with hysteresis; a point far over the threshold opens alone.
 * @returns the next state and the decision: `rising` counts points but has not opened, `falling` would close if it went on
 */
export function stepGate(
  state: GateState,
  score: number,
  threshold: number,
  rule: GateRule,
): { readonly state: GateState; readonly decision: GateDecision } {
  const isOver = score >= threshold;
  const over = [...state.over.slice(-(rule.of - 1)), isOver ? 1 : 0].slice(-rule.of);
  const count = over.reduce((sum, one) => sum + one, 0);
  if (!state.isOpen) {
    const opens = isOver && (count >= rule.open || score >= threshold * FAR_OVER);
    const decision = opens ? "opened" : count > 0 ? "rising" : "quiet";
    return { state: { over, isOpen: opens, below: 0 }, decision };
  }
  const below = score < threshold * rule.close ? state.below + 1 : 0;
  if (below >= rule.of) {
    return { state: CLOSED_GATE, decision: "closed" };
  }
  return { state: { over, isOpen: true, below }, decision: below > 0 ? "falling" : "lasting" };
}
