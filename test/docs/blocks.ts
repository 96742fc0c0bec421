/** A code block of a document, with what the comment before it says to do with it. */
export interface Block {
  /** `file`, `replace`, `run`, `config`; empty where no comment stands before it. */
  readonly task: string;
  /** What follows the task: a file's name, or what is replaced where. */
  readonly what: string;
  readonly language: string;
  readonly text: string;
  /** Line of the document on which the code begins. */
  readonly line: number;
}

const FENCE = /^```(\w*)\s*$/;
const COMMENT = /^<!--\s*(file|replace|run|config)\b:?\s*(.*?)\s*-->$/;

/** All fenced code blocks of a Markdown text, in their order. */
export function readBlocks(markdown: string): readonly Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = FENCE.exec(lines[index] ?? "");
    if (fence === null) {
      continue;
    }
    const comment = COMMENT.exec(lines[index - 1] ?? "");
    const end = lines.indexOf("```", index + 1);
    blocks.push({
      task: comment?.[1] ?? "",
      what: comment?.[2] ?? "",
      language: fence[1] ?? "",
      text: `${lines.slice(index + 1, end).join("\n")}\n`,
      line: index + 2,
    });
    index = end;
  }
  return blocks;
}
