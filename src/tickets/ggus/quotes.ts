const MAX_JOINED_LINES = 100;
const MAX_JOINED_LENGTH = 1_000_000;
const MAX_PIECES = 200;
const RECORD_START = /^"?\d+"?$/;

/**
 * Makes strictly quoted lines of loosely quoted ones, so that an ordinary CSV parser reads them. GGUS wraps a cell in
 * quotes only when it holds the separator, and does not double the quotes inside; so where a wrapped cell ends can only
 * be told by the number of cells that a row must have. A quote that nobody closes stays in its own line.
 */
export class QuoteFixer {
  readonly #delimiter: string;
  readonly #columns: number;
  #open: string[] = [];

  /** @param columns number of cells of a whole row */
  constructor(delimiter: string, columns: number) {
    this.#delimiter = delimiter;
    this.#columns = columns;
  }

  /** Takes the next physical line (without its newline) and gives the lines that are ready, newlines inside kept. */
  push(line: string): readonly string[] {
    if (this.#open.length === 0) {
      return line.includes('"') ? this.#begin(line) : [line];
    }
    if (this.#looksWhole(line) || this.#isTooLong(line)) {
      return [...this.flush(), ...this.push(line)];
    }
    this.#open.push(line);
    const joined = this.#open.join("\n");
    const cells = splitStrictly(joined, this.#delimiter);
    if (cells === null) {
      return [];
    }
    if (cells.length !== this.#columns) {
      return this.flush();
    }
    this.#open = [];
    return [this.#quote(cells)];
  }

  /** Gives up waiting for a closing quote: what is held is read line by line. */
  flush(): readonly string[] {
    const held = this.#open;
    this.#open = [];
    return held.map((line) => this.#quote(this.#splitLoosely(line)));
  }

  #begin(line: string): readonly string[] {
    const strict = splitStrictly(line, this.#delimiter);
    if (strict?.length === this.#columns) {
      return [this.#quote(strict)];
    }
    const loose = this.#splitLoosely(line);
    if (strict !== null || loose.length === this.#columns) {
      return [this.#quote(loose)];
    }
    this.#open = [line];
    return [];
  }

  #looksWhole(line: string): boolean {
    const pieces = line.split(this.#delimiter);
    return pieces.length >= this.#columns && RECORD_START.test(pieces[0] ?? "");
  }

  #isTooLong(line: string): boolean {
    const length = this.#open.reduce((sum, held) => sum + held.length, line.length);
    return this.#open.length >= MAX_JOINED_LINES || length > MAX_JOINED_LENGTH;
  }

  /** Cells of one line, wrapped ones put together so that the row has the right number; else its pieces as they are. */
  #splitLoosely(line: string): readonly string[] {
    const pieces = line.split(this.#delimiter);
    return pieces.length > MAX_PIECES ? pieces : (joinPieces(pieces, this.#columns, this.#delimiter) ?? pieces);
  }

  #quote(cells: readonly string[]): string {
    return cells
      .map((cell) => (/["\n]/.test(cell) || cell.includes(this.#delimiter) ? quoted(cell) : cell))
      .join(this.#delimiter);
  }
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

/** Cells by RFC 4180, a quote inside an unquoted cell being ordinary; null when a quoted cell does not end properly. */
export function splitStrictly(line: string, delimiter: string): readonly string[] | null {
  const cells: string[] = [];
  for (let at = 0; at <= line.length; ) {
    if (line[at] === '"') {
      const cell = readQuoted(line, at, delimiter);
      if (cell === null) {
        return null;
      }
      cells.push(cell.text);
      at = cell.end + 1;
    } else {
      const found = line.indexOf(delimiter, at);
      const end = found < 0 ? line.length : found;
      cells.push(line.slice(at, end));
      at = end + 1;
    }
  }
  return cells;
}

function readQuoted(line: string, start: number, delimiter: string): { text: string; end: number } | null {
  for (let at = line.indexOf('"', start + 1); at >= 0; at = line.indexOf('"', at + 1)) {
    if (line[at + 1] === '"') {
      at++;
    } else if (at + 1 === line.length || line[at + 1] === delimiter) {
      return { text: line.slice(start + 1, at).replaceAll('""', '"'), end: at + 1 };
    } else {
      return null;
    }
  }
  return null;
}

/** Puts neighbouring pieces together into exactly `columns` cells; null when that cannot be done. */
function joinPieces(pieces: readonly string[], columns: number, delimiter: string): readonly string[] | null {
  const hopeless = new Set<number>();
  const solve = (from: number, left: number): readonly string[] | null => {
    if (from === pieces.length) {
      return left === 0 ? [] : null;
    }
    const key = from * (columns + 1) + left;
    if (left === 0 || pieces.length - from < left || hopeless.has(key)) {
      return null;
    }
    const surplus = pieces.length - from - left;
    const piece = pieces[from] ?? "";
    for (let more = 0; more <= (piece.startsWith('"') ? surplus : 0); more++) {
      const isWrapped = more > 0 && pieces[from + more]?.endsWith('"') === true;
      const rest = more === 0 || isWrapped ? solve(from + more + 1, left - 1) : null;
      if (rest !== null) {
        return [more === 0 ? piece : unwrap(pieces.slice(from, from + more + 1).join(delimiter)), ...rest];
      }
    }
    hopeless.add(key);
    return null;
  };
  return solve(0, columns);
}

function unwrap(text: string): string {
  return text.slice(1, -1).replaceAll('""', '"');
}
