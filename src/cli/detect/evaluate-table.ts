import { own } from "../../alert/own.ts";
import type { CurveRow, DetectorRow } from "../../evaluate/labelled/detector.ts";
import type { FaultRow } from "../../evaluate/labelled/faults.ts";
import type { StreamRow } from "../../evaluate/labelled/streams.ts";
import { formatTable } from "../table.ts";

const share = (value: number, digits = 0) => (Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : "–");
const fixed = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : "–");

/** A table for people; lines that start with `|` where Markdown is wanted. */
export type RenderTable = (header: readonly string[], rows: readonly (readonly string[])[]) => string;

export const plainTable: RenderTable = (header, rows) =>
  formatTable(
    header,
    rows.map((row) => row.map((text) => ({ text }))),
  );

export const markdownTable: RenderTable = (header, rows) =>
  [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");

/** How well series are ranked and alerted on, then what it costs. */
export function pairsTable(rows: readonly DetectorRow[], render: RenderTable): string {
  const quality = rows.map((row) => [
    row.detector,
    fixed(row.vusPr, 3),
    fixed(row.aucPr, 3),
    fixed(row.worstToFloor, 3),
    share(row.recall),
    share(row.begun),
    fixed(row.precision, 2),
    fixed(row.f1, 2),
    fixed(row.falseEventsPerDay, 2),
    share(row.ordinaryInAlert, 1),
    fixed(row.medianDelay, 0),
    share(row.foundSoon),
    row.endDelay.map((minutes) => fixed(minutes, 0)).join("/"),
    fixed(row.splitEvents, 2),
    fixed(row.hitRate100, 2),
    fixed(row.hitRate150, 2),
    fixed(row.trainingSeconds, 1),
    fixed(row.rowsPerSecond, 0),
    fixed(row.peakMemoryMegabytes, 0),
    fixed(row.modelBytes / 1000, 0),
  ]);
  return render(
    [
      "detector",
      "VUS-PR",
      "AUC-PR",
      "worst to floor",
      "segments found",
      "an event begins in",
      "event precision",
      "F1",
      "false events a day",
      "ordinary in alert",
      "median delay, rows",
      "in 5 min",
      "end delay, min (50/75/90 %)",
      "splits a segment",
      "HitRate@100",
      "HitRate@150",
      "training s",
      "rows a second",
      "memory MB",
      "model kB",
    ],
    quality,
  );
}

/** How many segments or faults an event begins in against false events a day, at other thresholds. */
export function curveTable(
  rows: readonly { readonly detector: string; readonly curve: readonly CurveRow[] }[],
  render: RenderTable,
): string {
  const shown = rows.filter(({ curve }) => curve.length > 0);
  return render(
    ["begun · false a day, at × threshold", ...(shown[0]?.curve ?? []).map(({ factor }) => String(factor))],
    shown.map(({ detector, curve }) => [
      detector,
      ...curve.map(({ begun, falsePerDay }) => `${share(begun)} · ${fixed(falsePerDay, 2)}`),
    ]),
  );
}

/** VUS-PR of every series by every detector. */
export function seriesTable(rows: readonly DetectorRow[], render: RenderTable): string {
  const names = Object.keys(rows[0]?.perSeries ?? {});
  return render(
    ["VUS-PR", ...rows.map(({ detector }) => detector)],
    names.map((name) => [name, ...rows.map((row) => fixed(own(row.perSeries, name)?.vusPr ?? Number.NaN, 3))]),
  );
}

/** NAB's scores, plain and by categories left out. */
export function streamsTable(rows: readonly StreamRow[], render: RenderTable): string {
  const categories = Object.keys(rows[0]?.leftOut ?? {}).filter((name) =>
    rows.some(({ leftOut }) => Number.isFinite(own(leftOut, name))),
  );
  return render(
    [
      "detector",
      "NAB standard",
      "at own threshold",
      "alarms on quiet files",
      "too short",
      "rows a second",
      ...categories.map((category) => `${category} left out`),
    ],
    rows.map((row) => [
      row.detector,
      fixed(row.score, 2),
      fixed(row.scoreAtOwn, 2),
      String(row.alarmsOnQuietFiles),
      `${row.tooShort}/${row.files}`,
      fixed(row.rowsPerSecond, 0),
      ...categories.map((category) => fixed(own(row.leftOut, category) ?? Number.NaN, 1)),
    ]),
  );
}

/** How often the entity with the fault is ranked first. */
export function faultsTable(rows: readonly FaultRow[], render: RenderTable): string {
  const types = Object.keys(rows[0]?.byType ?? {});
  return render(
    [
      "detector",
      "AS@1",
      "AS@3",
      "an event begins in",
      "false events per entity and day",
      "median delay, s",
      "median length, s",
      ...types.map((type) => `${type}: first, begun`),
    ],
    rows.map((row) => [
      row.detector,
      fixed(row.first, 2),
      fixed(row.amongThree, 2),
      share(row.events.found / row.events.faults),
      fixed(row.events.falsePerDay, 2),
      fixed(row.events.medianDelay, 0),
      fixed(row.events.medianLength, 0),
      ...types.map((type) => {
        const [first, of] = own(row.byType, type) ?? [0, 0];
        return `${first}, ${own(row.events.byType, type)?.[0] ?? 0} of ${of}`;
      }),
    ]),
  );
}
