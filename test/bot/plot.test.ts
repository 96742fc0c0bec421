import { describe, expect, test } from "vitest";
import { describeSeries, drawPlot } from "../../src/bot/pictures/plot.ts";
import { plotSpec } from "../../src/bot/pictures/plot-spec.ts";
import { sampleSeries } from "./samples.ts";

describe("the picture of a metric", () => {
  test.each([false, true])("is a PNG, wide enough for a phone's screen (dark: %s)", async (dark) => {
    const { png } = await drawPlot(sampleSeries(), { dark });
    const view = new DataView(png.buffer, png.byteOffset);
    expect([...png.slice(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect(view.getUint32(16)).toBeGreaterThan(1400);
    expect(png.length).toBeLessThan(300_000);
  });

  test("says in words what it shows", () => {
    expect(describeSeries(sampleSeries())).toMatch(
      /^Line of cpu of dbs from .* UTC\. Last 4\.1 cores; expected 0\.\d+ cores to [\d.]+ cores, 3\.\d+× higher than its upper edge\. Anomalous since 2026-03-02 09:49 UTC \(shaded\)\.$/,
    );
  });

  test.each([
    [
      "gaps",
      { ...sampleSeries(), values: sampleSeries().values.map((value, index) => (index % 3 === 0 ? null : value)) },
      "Last",
    ],
    ["no values at all", { ...sampleSeries(), values: sampleSeries().values.map(() => null) }, "no values"],
    [
      "no band",
      { ...sampleSeries(), low: sampleSeries().low.map(() => null), high: sampleSeries().high.map(() => null) },
      "no expected band",
    ],
    ["no anomaly", { ...sampleSeries(), anomalous: [] }, "Nothing is anomalous now"],
  ])("can be drawn with %s", async (_what, series, words) => {
    const { png, altText } = await drawPlot(series, { dark: false });
    expect(png.length).toBeGreaterThan(1000);
    expect(altText).toContain(words);
  });

  test("keeps peaks when there are more points than pixels", () => {
    const series = sampleSeries(20_000);
    const values = series.values.map((_, index) => (index === 777 ? 99 : 1));
    const spec = JSON.stringify(plotSpec({ ...series, values }, false));
    expect(spec).toContain('"value":99');
    expect(spec.length).toBeLessThan(500_000);
  });
});
