import type { TopLevelSpec } from "vega-lite";
import { PALETTES } from "./plot-spec.ts";

/** Pixels; twice the drawn size, for phones' dense screens. */
const SCALE = 2;

/**
 * Draws a Vega-Lite specification as a PNG. Vega and resvg are loaded at the first picture: most commands need neither.
 */
export async function drawSpec(given: TopLevelSpec, { dark }: { readonly dark: boolean }): Promise<Uint8Array> {
  const [{ parse, View, None }, { compile }, { Resvg }] = await Promise.all([
    import("vega"),
    import("vega-lite"),
    import("@resvg/resvg-js"),
  ]);
  const view = new View(parse(compile(given).spec), { renderer: "none", logLevel: None });
  try {
    const picture = new Resvg(await view.toSVG(), {
      fitTo: { mode: "zoom", value: SCALE },
      background: PALETTES[dark ? "dark" : "light"].ground,
      font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" },
    });
    return picture.render().asPng();
  } finally {
    view.finalize();
  }
}
