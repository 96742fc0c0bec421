import type { Button, KnownBlock, PlainTextOption, SectionBlock } from "@slack/types";

/** A message as Slack's Web API takes it. `text` is what phones show in notifications, so it leads with the same facts as the blocks. */
export interface Payload {
  readonly text: string;
  readonly blocks: KnownBlock[];
  /** One coloured bar beside the details. */
  readonly attachments?: { readonly color: string; readonly fallback: string; readonly blocks: KnownBlock[] }[];
}

/** What a dispatched button or select says; kept short because Slack allows 2,000 characters. */
export type ActionId = `${string}.${string}`;

const ELLIPSIS = "…";

/** The text, cut to `max` characters with an ellipsis; never in the middle of a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) {
    return text;
  }
  const end = max - ELLIPSIS.length;
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end) + ELLIPSIS;
}

/** Markdown, cut to `max` characters: never inside an entity such as `&amp;`, nor inside a link or a mention. */
export function cutMarkdown(markdown: string, max: number): string {
  if (markdown.length <= max) {
    return markdown;
  }
  const whole = cut(markdown, max)
    .slice(0, -ELLIPSIS.length)
    .replace(/&[a-z]{0,4}$/, "");
  const open = whole.lastIndexOf("<");
  return (open > whole.lastIndexOf(">") ? whole.slice(0, open) : whole) + ELLIPSIS;
}

/** Text of others made safe for mrkdwn: no mentions, links or channel calls can come out of it. Source: Slack's "Formatting text". */
export function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A link with a safe label; just the label where the address is not http(s). */
export function link(url: string, label: string): string {
  const safe = plain(label).replaceAll("|", "¦").replaceAll("\n", " ");
  return /^https?:\/\/[^\s<>|]+$/.test(url) ? `<${url}|${safe}>` : safe;
}

export function section(markdown: string): SectionBlock {
  return { type: "section", text: { type: "mrkdwn", text: cutMarkdown(markdown, 3000) } };
}

/** Up to ten short facts in two columns. */
export function fields(facts: readonly string[]): SectionBlock {
  return {
    type: "section",
    fields: facts.slice(0, 10).map((fact) => ({ type: "mrkdwn", text: cutMarkdown(fact, 2000) })),
  };
}

export function context(...markdown: readonly string[]): KnownBlock {
  return {
    type: "context",
    elements: markdown.slice(0, 10).map((text) => ({ type: "mrkdwn", text: cutMarkdown(text, 3000) })),
  };
}

export function header(text: string): KnownBlock {
  return { type: "header", text: { type: "plain_text", text: cut(text, 150), emoji: true } };
}

export function divider(): KnownBlock {
  return { type: "divider" };
}

/** A button; `label` is for screen readers where the text alone does not say what it is about. */
export function button(
  id: ActionId,
  text: string,
  value: string,
  extra: { readonly style?: "primary" | "danger"; readonly url?: string; readonly label?: string } = {},
): Button {
  return {
    type: "button",
    action_id: id,
    text: { type: "plain_text", text: cut(text, 75), emoji: true },
    value: cut(value, 2000),
    ...(extra.style === undefined ? {} : { style: extra.style }),
    ...(extra.url === undefined ? {} : { url: extra.url }),
    ...(extra.label === undefined ? {} : { accessibility_label: cut(extra.label, 75) }),
  };
}

export function option(text: string, value: string): PlainTextOption {
  return { text: { type: "plain_text", text: cut(text, 75), emoji: true }, value: cut(value, 150) };
}

/**
 * Keeps the first lines that fit into `max` characters and says how many more there are.
 * @param unwritten how many there are besides those given
 */
export function lines(all: readonly string[], max = 2900, more = "more", unwritten = 0): string {
  const kept: string[] = [];
  let length = 0;
  for (const line of all) {
    const short = cutMarkdown(line, 600);
    if (length + short.length + 1 > max) {
      break;
    }
    kept.push(short);
    length += short.length + 1;
  }
  const rest = all.length - kept.length + unwritten;
  return rest === 0 ? kept.join("\n") : [...kept, `_… and ${rest} ${more}_`].join("\n");
}
