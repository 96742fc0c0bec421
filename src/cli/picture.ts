import { writeFile } from "node:fs/promises";
import type { TopLevelSpec } from "vega-lite";
import { UserError } from "../alert/user-error.ts";

/** Pixels of a PNG for one of the drawing; dense screens show them all. */
const SCALE = 2;

/** Draws a Vega-Lite picture into a .svg or .png file. @throws UserError for another ending */
export async function writePicture(path: string, spec: TopLevelSpec): Promise<void> {
  const isPng = path.endsWith(".png");
  if (!isPng && !path.endsWith(".svg")) {
    throw new UserError("is neither .svg nor .png", path, "name the picture by its kind");
  }
  const [{ parse, View, None }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new View(parse(compile(spec).spec), { renderer: "none", logLevel: None });
  try {
    const svg = await view.toSVG();
    await writeFile(path, isPng ? await rasterised(svg) : svg);
  } finally {
    view.finalize();
  }
}

async function rasterised(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" };
  return new Resvg(svg, { fitTo: { mode: "zoom", value: SCALE }, font }).render().asPng();
}
