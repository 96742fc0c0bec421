import type { Clock } from "../alert/clock.ts";
import type { Store } from "../store/store.ts";
import type { Deliver } from "./pages.ts";
import type { RouteContext } from "./route.ts";
import type { Ways } from "./ways/open.ts";

export interface EscalationParts {
  readonly store: Pick<Store, "oncall" | "messages" | "states">;
  /** Schedule, overrides, calendars as they are now. */
  readonly context: (now: Date) => Promise<RouteContext>;
  /** Brings notes and pages to Slack. */
  readonly deliver: Deliver;
  /** Ways of pages by name; Slack alone, by `deliver`, when left out. */
  readonly ways?: Ways;
  /** For when a page was delivered, which may be long after the look began; that look's time when left out. */
  readonly clock?: Clock;
  /** Hears of every decision that changes something, and of failures. */
  readonly heard?: (event: EscalationEvent) => void;
  /** Hears what came of each page by each way. */
  readonly onPage?: (page: PageOutcome) => void;
}

export interface EscalationEvent {
  readonly groupId: string;
  readonly what: "paged" | "held" | "ended" | "failed" | "left to another replica";
  readonly reason: string;
}

/** What came of a page by one way. */
export interface PageOutcome {
  readonly way: string;
  readonly outcome: "delivered" | "failed";
  /** Milliseconds from when the page was due; null where it failed, or followed one that had reached its person. */
  readonly delay: number | null;
}
