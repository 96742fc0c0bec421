import { z } from "zod";
import { own } from "../../alert/own.ts";
import { cleanText } from "../text.ts";

const MAX_TEXT = 200_000;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

const articleSchema = z.object({
  body: z.string(),
  content_type: z.string().nullish(),
  internal: z.boolean().nullish(),
});

/** The text of an article, or null for what is no article or is for the helpdesk's own people only. */
export function readArticle(value: unknown): string | null {
  const read = articleSchema.safeParse(value);
  if (!read.success || read.data.internal === true) {
    return null;
  }
  const { body, content_type: type } = read.data;
  const text = body.slice(0, MAX_TEXT).replaceAll("\u0000", "");
  return cleanText(type?.includes("html") === true ? textOfHtml(text) : text);
}

/** Words of an HTML text, a line per block. Made for reading, not for showing as HTML again. */
export function textOfHtml(html: string): string {
  return html
    .replace(/<!--.*?(?:-->|$)/gs, "")
    .replace(/<(script|style)\b.*?(?:<\/\1\s*>|$)/gis, "")
    .replace(/<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6]|\/blockquote)\b[^<>]*>/gi, "\n")
    .replace(/<[a-z/!][^<>]*>/gi, "")
    .replace(
      /&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7}));/g,
      (whole, name: string | undefined, code: string | undefined) =>
        name === undefined ? characterOf(Number(code), whole) : (own(ENTITIES, name) ?? whole),
    )
    .replace(/[ \t]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n");
}

function characterOf(code: number, fallback: string): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : fallback;
}
