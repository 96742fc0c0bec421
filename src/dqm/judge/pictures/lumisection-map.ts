import type { TopLevelSpec } from "vega-lite";
import type { DqmStatus, LumiVerdict } from "../../../alert/dqm.ts";
import { INKS, pictureFrame } from "./frame.ts";

/** Colours of the statuses; GOOD and BAD can be told apart by colour-blind people too. */
export const STATUS_COLOURS = {
  GOOD: "#7fb3d5",
  BAD: "#d6293e",
  STANDBY: "#b3bac3",
  EXCLUDED: "#6b4fa0",
  NOTSET: "#e9ecef",
} as const satisfies Record<DqmStatus, string>;

/** Lumisections in one row of the map. */
const PER_ROW = 100;
/** Taller maps cannot be read. */
const MOST_ROWS = 40;

/** A run's lumisections as coloured squares, a hundred a row; those that a person overruled have a dot. */
export function lumisectionMap(
  run: number,
  verdicts: readonly (LumiVerdict & { readonly by?: string | null })[],
  dark = false,
): TopLevelSpec {
  const ink = INKS[dark ? "dark" : "light"];
  const first = verdicts[0]?.lumi ?? 1;
  const start = first - ((first - 1) % PER_ROW);
  const squares = verdicts
    .map(({ lumi, status, by }) => ({
      row: start + Math.floor((lumi - start) / PER_ROW) * PER_ROW,
      column: ((lumi - 1) % PER_ROW) + 1,
      status,
      overruled: typeof by === "string",
    }))
    .filter(({ row }) => row < start + MOST_ROWS * PER_ROW);
  const rows = new Set(squares.map(({ row }) => row)).size;
  const statuses = Object.keys(STATUS_COLOURS);
  const x = {
    field: "column",
    type: "ordinal",
    title: null,
    axis: { values: [1, 25, 50, 75, 100] as number[], labelAngle: 0, grid: false },
  } as const;
  const y = { field: "row", type: "ordinal", title: "lumisection", axis: { grid: false } } as const;
  const color = {
    field: "status",
    type: "nominal",
    scale: { domain: statuses, range: Object.values(STATUS_COLOURS) },
    legend: { title: null, orient: "bottom", columns: 5 },
  } as const;
  const overruled = squares.filter((square) => square.overruled);
  return {
    ...pictureFrame(dark, `Run ${run}: lumisections`, "a square each, a hundred a row · dot: a person's word"),
    data: { values: squares },
    width: 800,
    height: Math.max(rows, 1) * 24,
    layer: [
      { mark: { type: "rect", stroke: ink.ground, strokeWidth: 1 }, encoding: { x, y, color } },
      {
        data: { values: overruled },
        mark: { type: "point", filled: true, color: ink.text, size: 12, opacity: 1 },
        encoding: { x, y },
      },
    ],
  };
}
