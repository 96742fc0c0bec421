/** Inks that keep a contrast of 4.5 for text and 3 for lines on their ground. */
export const INKS = {
  light: {
    ground: "#ffffff",
    text: "#1b1e23",
    faint: "#5a626d",
    grid: "#e4e7eb",
    band: "#9cc4e8",
    line: "#0b5cad",
    out: "#d6293e",
  },
  dark: {
    ground: "#1a1d21",
    text: "#e8eaed",
    faint: "#a7afb9",
    grid: "#2e343b",
    band: "#2c5a83",
    line: "#6cb2f7",
    out: "#ff7a86",
  },
} as const;

/** Title, ground and letters that all pictures share. */
export function pictureFrame(dark: boolean, text: string, subtitle: string) {
  const ink = INKS[dark ? "dark" : "light"];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: ink.ground,
    padding: 16,
    title: {
      text,
      subtitle,
      anchor: "start" as const,
      fontSize: 20,
      subtitleFontSize: 14,
      subtitlePadding: 6,
      offset: 12,
      color: ink.text,
      subtitleColor: ink.faint,
    },
    config: {
      font: "DejaVu Sans, Arial, sans-serif",
      view: { stroke: null },
      legend: { labelFontSize: 14, labelColor: ink.text },
      axis: {
        labelFontSize: 14,
        titleFontSize: 14,
        labelColor: ink.text,
        titleColor: ink.faint,
        gridColor: ink.grid,
        domainColor: ink.faint,
        tickColor: ink.faint,
      },
    },
  };
}
