import { median } from "../../detect/math/statistics.ts";
import { endOf, linkOf, type Transfer } from "./transfer.ts";

const NEIGHBOURS = 5;
/** Decades of bytes that weigh as much as another link, and hours likewise. */
const OTHER_LINK = 2;
const PER_HOUR = 0.5;

/**
 * A plain baseline: the median duration of the five transfers that are nearest by link, size and time, of those that were
 * over when this one began. Keeps everything and walks through all of it: for evaluation only.
 */
export class NearestTransfers {
  readonly #past: {
    readonly link: string;
    readonly decades: number;
    readonly end: number;
    readonly duration: number;
  }[] = [];

  /** Seconds, or null while nothing is over. */
  predict(transfer: Transfer): number | null {
    const link = linkOf(transfer);
    const decades = decadesOf(transfer);
    const near = this.#past
      .filter(({ end }) => end <= transfer.startedAt)
      .map((past) => ({
        distance:
          Math.abs(past.decades - decades) +
          (past.link === link ? 0 : OTHER_LINK) +
          (PER_HOUR * (transfer.startedAt - past.end)) / 3600,
        duration: past.duration,
      }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, NEIGHBOURS);
    return near.length === 0 ? null : median(near.map(({ duration }) => duration));
  }

  learn(transfer: Transfer & { readonly duration: number }): void {
    const { duration } = transfer;
    this.#past.push({ link: linkOf(transfer), decades: decadesOf(transfer), end: endOf(transfer), duration });
  }
}

function decadesOf({ bytes }: Transfer): number {
  return Math.log10(Math.max(1, bytes));
}
