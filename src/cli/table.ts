const GAP = "  ";

/** One cell: what it says, and how it is painted once its width is known. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Lines of a table: columns as wide as their widest cell, nothing behind the last one. Line breaks become spaces. */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [header.map((text): Cell => ({ text })), ...rows].map((row) =>
    row.map((cell) => ({ ...cell, text: oneLine(cell.text) })),
  );
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.text.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map(({ text, paint }, column) => {
        const padding = column === row.length - 1 ? "" : " ".repeat((widths[column] ?? 0) - text.length);
        return `${paint === undefined ? text : paint(text)}${padding}`;
      })
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

/**
 * The text on one line, and without what a terminal would obey: control characters (also those of C1, such as U+009B), and marks that
 * reverse the direction of what follows.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ");
}
