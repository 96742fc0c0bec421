import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Clock } from "../alert/clock.ts";
import type { Store } from "../store/store.ts";
import type { Escalation } from "./escalation.ts";
import type { PageOutcome } from "./escalation-parts.ts";
import { STATE_PREFIX } from "./escalation-send.ts";

/** Seconds. A page is to be delivered within a minute of being due. */
const BUCKETS = [1, 2, 5, 10, 30, 60, 120, 300, 900, 3600];
const MOST_PAGES = 10_000;

/** Figures about pages, for Prometheus. */
export interface PageMetrics {
  readonly onPage: (page: PageOutcome) => void;
  register(registry: Registry): void;
}

/** @param clock its time now is from when on pages that were seen and answered are counted */
export function createPageMetrics(store: Pick<Store, "oncall" | "states">, clock: Clock): PageMetrics {
  const sent = new Map<string, number>();
  const delay = new Histogram({
    name: "cmswatch_page_delay_seconds",
    help: "From when a page was due until a way accepted it.",
    labelNames: ["way"],
    buckets: BUCKETS,
    registers: [],
  });
  const metrics = [delay, pageCounter(store, sent, clock()), dueGauge(store, clock)];
  return {
    onPage({ way, outcome, delay: milliseconds }) {
      count(sent, way, outcome, 1);
      if (milliseconds !== null) {
        delay.observe({ way }, Math.max(0, milliseconds) / 1000);
      }
    },
    register(registry) {
      for (const metric of metrics) {
        registry.registerMetric(metric);
      }
    },
  };
}

function pageCounter({ oncall }: Pick<Store, "oncall">, sent: ReadonlyMap<string, number>, begin: Date): Counter {
  return new Counter({
    name: "cmswatch_pages_total",
    help: "Pages by way and what came of them: delivered, failed, seen, answered.",
    labelNames: ["way", "outcome"],
    registers: [],
    async collect() {
      const counts = new Map(sent);
      for (const { way = "slack", seenAt, answeredAt } of await oncall.deliveriesSince(begin, MOST_PAGES)) {
        count(counts, way, "seen", seenAt === null ? 0 : 1);
        count(counts, way, "answered", answeredAt === null ? 0 : 1);
      }
      this.reset();
      for (const [key, value] of counts) {
        const [way, outcome] = JSON.parse(key) as [string, string];
        this.inc({ way, outcome }, value);
      }
    },
  });
}

function dueGauge({ states }: Pick<Store, "states">, clock: Clock): Gauge {
  return new Gauge({
    name: "cmswatch_page_due_seconds",
    help: "How long the oldest page that reached nobody yet is due; 0 without one.",
    registers: [],
    async collect() {
      const all = [...(await states.list<Escalation>(STATE_PREFIX)).values()];
      const since = all.flatMap(({ dueSince, ended }) => (ended === null ? (dueSince ?? []) : []));
      this.set(since.length === 0 ? 0 : (clock().getTime() - Math.min(...since)) / 1000);
    },
  });
}

function count(counts: Map<string, number>, way: string, outcome: string, more: number): void {
  const key = JSON.stringify([way, outcome]);
  counts.set(key, (counts.get(key) ?? 0) + more);
}
