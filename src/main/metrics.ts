import { Gauge, type Registry } from "prom-client";
import type { Core } from "./core.ts";

/** cmswatch's own figures for Prometheus: loops, sources, models, groups. Read when they are asked for. */
export function registerMetrics(registry: Registry, core: Core): void {
  const registers = [registry];
  new Gauge({
    name: "cmswatch_loop_last_success_timestamp_seconds",
    help: "When a loop last ended well.",
    labelNames: ["loop"],
    registers,
    collect() {
      for (const loop of core.loops) {
        this.set({ loop: loop.name }, (loop.status().lastSuccess?.getTime() ?? 0) / 1000);
      }
    },
  });
  new Gauge({
    name: "cmswatch_loop_failures_total",
    help: "Runs of a loop that failed since the start.",
    labelNames: ["loop"],
    registers,
    collect() {
      for (const loop of core.loops) {
        this.set({ loop: loop.name }, loop.status().failures);
      }
    },
  });
  new Gauge({
    name: "cmswatch_loop_duration_seconds",
    help: "How long the last run of a loop took.",
    labelNames: ["loop"],
    registers,
    collect() {
      for (const loop of core.loops) {
        this.set({ loop: loop.name }, (loop.status().took ?? 0) / 1000);
      }
    },
  });
  new Gauge({
    name: "cmswatch_source_up",
    help: "1 while a source answers.",
    labelNames: ["source"],
    registers,
    collect() {
      for (const { name, state } of core.current.sources().filter(({ state }) => state !== "off")) {
        this.set({ source: name }, state === "ok" ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: "cmswatch_entities",
    help: "Scored entities by state.",
    labelNames: ["state"],
    registers,
    collect() {
      this.reset();
      for (const { state } of core.current.entities()) {
        this.inc({ state });
      }
    },
  });
  new Gauge({
    name: "cmswatch_groups",
    help: "Alert groups by state.",
    labelNames: ["state"],
    registers,
    collect() {
      this.reset();
      for (const { state } of core.current.groups.last() ?? []) {
        this.inc({ state });
      }
    },
  });
}
