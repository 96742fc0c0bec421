import type { Delivery } from "../../store/store.ts";
import { median } from "./median.ts";

/** How pages to people went. */
export interface PageFigures {
  readonly sent: number;
  readonly delivered: number;
  /** Pages whose person has looked: pressed something on it, or opened App Home that lists it. */
  readonly seen: number;
  /** Pages whose person acknowledged. */
  readonly answered: number;
  /** Median milliseconds from sent to each; null when there was none. */
  readonly timeToDeliver: number | null;
  readonly timeToSee: number | null;
  readonly timeToAnswer: number | null;
  /** Groups about which nobody who was paged ever acknowledged. */
  readonly unansweredGroups: number;
}

/** Figures over pages, in any order. */
export function pageFigures(pages: readonly Delivery[]): PageFigures {
  const times = (of: (page: Delivery) => Date | null) =>
    pages.flatMap((page) => {
      const at = of(page);
      return at === null ? [] : [at.getTime() - page.sentAt.getTime()];
    });
  const [delivered, seen, answered] = [
    times(({ deliveredAt }) => deliveredAt),
    times(({ seenAt }) => seenAt),
    times(({ answeredAt }) => answeredAt),
  ];
  const answeredGroups = new Set(pages.flatMap(({ groupId, answeredAt }) => (answeredAt === null ? [] : [groupId])));
  return {
    sent: pages.length,
    delivered: delivered.length,
    seen: seen.length,
    answered: answered.length,
    timeToDeliver: median(delivered),
    timeToSee: median(seen),
    timeToAnswer: median(answered),
    unansweredGroups: new Set(pages.map(({ groupId }) => groupId)).size - answeredGroups.size,
  };
}
