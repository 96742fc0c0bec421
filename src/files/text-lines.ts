import type { Readable } from "node:stream";

/**
 * Lines of a stream of UTF-8, some at a time, in bounded memory: of a line that is longer than `longest` characters null is given, and
 * it is not kept. Lines end with \n or \r\n.
 */
export async function* textLines(bytes: Readable, longest: number): AsyncGenerator<readonly (string | null)[]> {
  let rest = "";
  let isTooLong = false;
  for await (const block of bytes.setEncoding("utf8") as AsyncIterable<string>) {
    const lines: (string | null)[] = block.split("\n");
    const open = lines.pop() as string;
    if (lines.length > 0) {
      lines[0] = isTooLong ? null : rest + lines[0];
      yield lines.map((line) => (line === null || line.length > longest ? null : withoutReturn(line)));
      isTooLong = false;
      rest = "";
    }
    rest = isTooLong ? "" : rest + open;
    if (rest.length > longest) {
      isTooLong = true;
      rest = "";
    }
  }
  if (isTooLong || rest !== "") {
    yield [isTooLong ? null : withoutReturn(rest)];
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
