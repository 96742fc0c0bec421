/** A function to be minimised: its value, and its gradient written into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

const MEMORY = 10;
const ARMIJO = 1e-4;
const MAX_HALVINGS = 40;

/**
 * Limited-memory BFGS with a backtracking line search; stops when the gradient's largest entry is below `tolerance`.
 * Source: Nocedal and Wright, Numerical Optimization, algorithm 7.4 and 7.5.
 * @returns the point reached
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  maxIterations = 200,
  tolerance = 1e-4,
): Float64Array {
  let point = start.slice();
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let iteration = 0; iteration < maxIterations && largest(gradient) > tolerance; iteration++) {
    const direction = descend(gradient, steps);
    const slope = dot(direction, gradient);
    let length = steps.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1;
    let next = point;
    const nextGradient = new Float64Array(point.length);
    let nextValue = Number.POSITIVE_INFINITY;
    for (let halving = 0; halving < MAX_HALVINGS; halving++) {
      const step = length;
      next = point.map((coordinate, at) => coordinate + step * (direction[at] ?? 0));
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + ARMIJO * step * slope) {
        break;
      }
      length /= 2;
    }
    if (nextValue >= value) {
      break;
    }
    const before = point;
    const beforeGradient = gradient;
    const s = next.map((coordinate, at) => coordinate - (before[at] ?? 0));
    const y = nextGradient.map((coordinate, at) => coordinate - (beforeGradient[at] ?? 0));
    const curvature = dot(s, y);
    if (curvature > 1e-12) {
      steps.push({ s, y, rho: 1 / curvature });
      if (steps.length > MEMORY) {
        steps.shift();
      }
    }
    point = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return point;
}

function descend(
  gradient: Float64Array,
  steps: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (const { s, y, rho } of steps.toReversed()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    add(q, y, -alpha);
  }
  const last = steps.at(-1);
  if (last !== undefined) {
    const scale = dot(last.s, last.y) / dot(last.y, last.y);
    q.forEach((value, at) => {
      q[at] = value * scale;
    });
  }
  for (const { s, y, rho } of steps) {
    add(q, s, (alphas.pop() ?? 0) - rho * dot(y, q));
  }
  return q;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) {
    sum += (left[at] ?? 0) * (right[at] ?? 0);
  }
  return sum;
}

function add(target: Float64Array, other: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at++) {
    target[at] = (target[at] ?? 0) + factor * (other[at] ?? 0);
  }
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
