import type { KnownBlock } from "@slack/types";
import type { Payload } from "./payload.ts";

/** Slack's limits in characters and counts. Source: Slack's Block Kit and Web API reference. */
export const LIMITS = {
  blocksInMessage: 50,
  blocksInView: 100,
  sectionText: 3000,
  sectionFields: 10,
  fieldText: 2000,
  header: 150,
  buttonText: 75,
  buttonValue: 2000,
  actionElements: 25,
  contextElements: 10,
  options: 100,
  optionText: 75,
  optionValue: 150,
  viewTitle: 24,
  viewButton: 24,
  privateMetadata: 3000,
  actionId: 255,
  imageAlt: 2000,
  imageTitle: 2000,
  placeholder: 150,
  label: 2000,
  messageText: 40_000,
  url: 3000,
  markdown: 12_000,
  tableRows: 100,
  tableColumns: 20,
} as const;

/** A modal or App Home as far as its limits go. */
export interface LimitedView {
  readonly type: string;
  readonly blocks: readonly unknown[];
  readonly title?: { readonly text: string };
  readonly submit?: { readonly text: string };
  readonly close?: { readonly text: string };
  readonly private_metadata?: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Everything in a message that Slack would refuse, each as "where: what"; empty when it is fine. */
export function checkLimits(payload: Pick<Payload, "blocks"> & Partial<Payload>): readonly string[] {
  const attached = payload.attachments ?? [];
  return [
    ...tooLong("text", payload.text, LIMITS.messageText),
    ...tooMany("blocks", payload.blocks, LIMITS.blocksInMessage),
    ...attached.flatMap((one, index) => tooMany(`attachments.${index}.blocks`, one.blocks, LIMITS.blocksInMessage)),
    ...checkBlocks("blocks", payload.blocks),
    ...attached.flatMap((one, index) => checkBlocks(`attachments.${index}.blocks`, one.blocks)),
    ...repeated(
      "action_id",
      [...payload.blocks, ...attached.flatMap((one) => one.blocks)].flatMap((block) => actionIdsIn(block)),
    ),
  ];
}

/** The same for a modal or App Home. */
export function checkViewLimits(view: LimitedView): readonly string[] {
  return [
    ...tooMany("blocks", view.blocks, LIMITS.blocksInView),
    ...tooLong("title", view.title?.text, LIMITS.viewTitle),
    ...tooLong("submit", view.submit?.text, LIMITS.viewButton),
    ...tooLong("close", view.close?.text, LIMITS.viewButton),
    ...tooLong("private_metadata", view.private_metadata, LIMITS.privateMetadata),
    ...checkBlocks("blocks", view.blocks),
  ];
}

function checkBlocks(where: string, blocks: readonly unknown[]): readonly string[] {
  return blocks.flatMap((block, index) => checkBlock(`${where}.${index}`, block as Json));
}

function checkBlock(where: string, block: Json): readonly string[] {
  const at = `${where} (${String(block["type"])})`;
  const elements = (block["elements"] ?? []) as readonly Json[];
  const facts = block["fields"] as readonly Json[] | undefined;
  switch (block["type"] as KnownBlock["type"]) {
    case "section":
      return [
        ...(block["text"] === undefined && facts === undefined ? [`${at}: neither text nor fields`] : []),
        ...textLimit(`${at} text`, block["text"], LIMITS.sectionText),
        ...tooMany(`${at} fields`, facts, LIMITS.sectionFields),
        ...(facts ?? []).flatMap((fact) => textLimit(`${at} field`, fact, LIMITS.fieldText)),
        ...(block["accessory"] === undefined ? [] : checkElement(`${at} accessory`, block["accessory"] as Json)),
      ];
    case "header":
      return textLimit(at, block["text"], LIMITS.header);
    case "context":
      return [
        ...atLeastOne(at, elements),
        ...tooMany(at, elements, LIMITS.contextElements),
        ...elements.flatMap((one) => textLimit(at, one, LIMITS.sectionText)),
      ];
    case "actions":
      return [
        ...atLeastOne(at, elements),
        ...tooMany(at, elements, LIMITS.actionElements),
        ...elements.flatMap((one) => checkElement(at, one)),
      ];
    case "input":
      return [...textLimit(`${at} label`, block["label"], LIMITS.label), ...checkElement(at, block["element"] as Json)];
    case "image":
      return [
        ...tooLong(`${at} alt_text`, block["alt_text"] as string, LIMITS.imageAlt),
        ...textLimit(`${at} title`, block["title"], LIMITS.imageTitle),
      ];
    case "markdown":
      return tooLong(at, block["text"] as string, LIMITS.markdown);
    case "table": {
      const rows = (block["rows"] ?? []) as readonly (readonly unknown[])[];
      return [
        ...tooMany(`${at} rows`, rows, LIMITS.tableRows),
        ...rows.flatMap((row) => tooMany(`${at} columns`, row, LIMITS.tableColumns)),
      ];
    }
    default:
      return [];
  }
}

function checkElement(where: string, element: Json): readonly string[] {
  const at = `${where} ${String(element["type"])}`;
  const options = (element["options"] ?? []) as readonly Json[];
  return [
    ...(element["type"] === "button" ? textLimit(`${at} text`, element["text"], LIMITS.buttonText) : []),
    ...tooLong(`${at} value`, element["value"] as string | undefined, LIMITS.buttonValue),
    ...tooLong(`${at} url`, element["url"] as string | undefined, LIMITS.url),
    ...tooLong(`${at} action_id`, element["action_id"] as string | undefined, LIMITS.actionId),
    ...textLimit(`${at} placeholder`, element["placeholder"], LIMITS.placeholder),
    ...tooMany(`${at} options`, options, LIMITS.options),
    ...options.flatMap((one) => [
      ...textLimit(`${at} option`, one["text"], LIMITS.optionText),
      ...tooLong(`${at} option value`, one["value"] as string, LIMITS.optionValue),
    ]),
  ];
}

function actionIdsIn(block: unknown): readonly string[] {
  const { elements, accessory, type, block_id } = block as Json;
  const inner = [...((elements ?? []) as readonly Json[]), ...(accessory === undefined ? [] : [accessory as Json])];
  return type === "actions" || type === "section"
    ? inner.flatMap((one) =>
        typeof one["action_id"] === "string" ? [`${String(block_id ?? type)}/${one["action_id"]}`] : [],
      )
    : [];
}

function repeated(what: string, ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return ids
    .filter((id) => !id.startsWith("section/") && seen.size === seen.add(id).size)
    .map((id) => `${what} ${id} comes twice`);
}

function textLimit(where: string, text: unknown, max: number): readonly string[] {
  const value = (text as Json | undefined)?.["text"];
  return typeof value === "string" ? [...tooLong(where, value, max), ...(value === "" ? [`${where}: empty`] : [])] : [];
}

function tooLong(where: string, text: string | undefined, max: number): readonly string[] {
  return text !== undefined && text.length > max ? [`${where}: ${text.length} characters, Slack allows ${max}`] : [];
}

function tooMany(where: string, list: readonly unknown[] | undefined, max: number): readonly string[] {
  return list !== undefined && list.length > max ? [`${where}: ${list.length} entries, Slack allows ${max}`] : [];
}

function atLeastOne(where: string, list: readonly unknown[]): readonly string[] {
  return list.length === 0 ? [`${where}: no elements`] : [];
}
