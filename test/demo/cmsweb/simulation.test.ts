import { describe, expect, it } from "vitest";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import type { InjectionKind } from "../../../src/demo/cmsweb/injection.ts";
import { createSimulation } from "../../../src/demo/cmsweb/simulation.ts";

const catalogue = loadCatalogue(null);
const MONDAY = Date.parse("2026-06-15T00:00:00Z") / 1000;
const HOUR = 3600;
const build = (seed = 1) => createSimulation({ catalogue, seed });
const every = (simulation: ReturnType<typeof build>, service: string, from: number, count: number, step: number) =>
  Array.from({ length: count }, (_, index) => simulation.sample(service, from + index * step));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const correlation = (left: readonly number[], right: readonly number[]) => {
  const [a, b] = [mean(left), mean(right)];
  const product = (x: readonly number[], y: readonly number[], mx: number, my: number) =>
    x.reduce((sum, value, index) => sum + (value - mx) * ((y[index] ?? 0) - my), 0);
  return product(left, right, a, b) / Math.sqrt(product(left, left, a, a) * product(right, right, b, b));
};

describe("simulated CMSWEB", () => {
  it("says the same whenever it is asked, and another thing for another seed", () => {
    expect(every(build(), "dbs", MONDAY, 50, 977)).toEqual(every(build(), "dbs", MONDAY, 50, 977));
    expect(build(2).sample("dbs", MONDAY)).not.toEqual(build().sample("dbs", MONDAY));
  });

  it("gives every service of the catalogue finite positive values", () => {
    const simulation = build();
    for (const { name } of catalogue.services) {
      for (const sample of every(simulation, name, MONDAY, 24, HOUR)) {
        expect(Object.values(sample).every((value) => Number.isFinite(value) && value > 0)).toBe(true);
      }
    }
  });

  it("is busier at its peak hour than at night, and on weekdays than on Saturday", () => {
    const simulation = build();
    const at = (day: number, hour: number) =>
      mean(every(simulation, "das", MONDAY + day * 24 * HOUR + hour * HOUR, 40, 60).map(({ requests }) => requests));
    expect(at(1, 14)).toBeGreaterThan(1.5 * at(1, 2));
    expect(at(1, 14)).toBeGreaterThan(1.1 * at(5, 14));
  });

  it("moves CPU and latency with the requests", () => {
    const samples = every(build(), "frontend", MONDAY, 288, 300);
    const requests = samples.map((sample) => sample.requests);
    expect(
      correlation(
        requests,
        samples.map(({ cpu }) => cpu),
      ),
    ).toBeGreaterThan(0.9);
    expect(
      correlation(
        requests,
        samples.map(({ latency }) => latency),
      ),
    ).toBeGreaterThan(0.7);
  });
});

describe("injections", () => {
  const inject = (kind: InjectionKind, hour: number) => {
    const simulation = build();
    const from = new Date((MONDAY + hour * HOUR) * 1000);
    simulation.inject({ service: "dbs", kind, from, duration: 600_000 });
    const ordinary = build();
    const seconds = Array.from({ length: 40 }, (_, index) => MONDAY + hour * HOUR + index * 15);
    return {
      seen: seconds.map((second) => simulation.sample("dbs", second)),
      usual: seconds.map((second) => ordinary.sample("dbs", second)),
      week: every(ordinary, "dbs", MONDAY, 7 * 24 * 6, 600),
      simulation,
      ordinary,
    };
  };

  it("lasts exactly as long as it was told", () => {
    const { simulation, ordinary } = inject("point", 10);
    const at = (offset: number) => simulation.sample("dbs", MONDAY + 10 * HOUR + offset);
    expect(at(-1)).toEqual(ordinary.sample("dbs", MONDAY + 10 * HOUR - 1));
    expect(at(0).latency).toBeGreaterThan(3 * ordinary.sample("dbs", MONDAY + 10 * HOUR).latency);
    expect(at(600)).toEqual(ordinary.sample("dbs", MONDAY + 10 * HOUR + 600));
  });

  it("point: far outside the week's values", () => {
    const { seen, week } = inject("point", 10);
    expect(Math.min(...seen.map(({ latency }) => latency))).toBeGreaterThan(
      Math.max(...week.map(({ latency }) => latency)),
    );
  });

  it.each([3, 14])("contextual: inside the week's values, wrong for %i o'clock", (hour) => {
    const { seen, usual, week } = inject("contextual", hour);
    const all = week.map(({ requests }) => requests);
    const requests = mean(seen.map((sample) => sample.requests));
    expect(requests).toBeGreaterThan(Math.min(...all) * 0.8);
    expect(requests).toBeLessThan(Math.max(...all) * 1.1);
    const ratio = requests / mean(usual.map((sample) => sample.requests));
    expect(Math.abs(Math.log(ratio))).toBeGreaterThan(Math.log(1.5));
  });

  it("collective: every value ordinary, CPU no longer follows the requests", () => {
    const { seen, usual, week } = inject("collective", 10);
    const cores = week.map(({ cpu }) => cpu);
    expect(Math.max(...seen.map(({ cpu }) => cpu))).toBeLessThan(Math.max(...cores) * 1.2);
    expect(Math.min(...seen.map(({ cpu }) => cpu))).toBeGreaterThan(Math.min(...cores) * 0.7);
    expect(seen.map(({ requests }) => requests)).toEqual(usual.map(({ requests }) => requests));
    const steps = seen.slice(1).map(({ cpu }, index) => Math.abs(cpu - (seen[index]?.cpu ?? 0)));
    expect(Math.max(...steps)).toBeGreaterThan(0.3 * mean(cores));
  });

  it("down: nearly nothing is left, and those who need it wait", () => {
    const { seen, usual, simulation, ordinary } = inject("down", 10);
    expect(mean(seen.map(({ requests }) => requests))).toBeLessThan(0.05 * mean(usual.map(({ requests }) => requests)));
    const at = MONDAY + 10 * HOUR + 60;
    expect(simulation.sample("das", at).latency).toBeGreaterThan(2 * ordinary.sample("das", at).latency);
  });

  it("absent: no value at all", () => {
    expect(inject("absent", 10).seen.every(({ cpu }) => Number.isNaN(cpu))).toBe(true);
  });

  it("refuses an unknown service and a time without length", () => {
    const simulation = build();
    const from = new Date(0);
    expect(() => simulation.inject({ service: "nosuch", kind: "down", from, duration: 1 })).toThrow(
      /no service "nosuch"/,
    );
    expect(() => simulation.inject({ service: "dbs", kind: "down", from, duration: 0 })).toThrow(RangeError);
  });
});
