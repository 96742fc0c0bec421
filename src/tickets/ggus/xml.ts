import { XMLParser, XMLValidator } from "fast-xml-parser";
import { own } from "../../alert/own.ts";
import { decodeText } from "../decode.ts";
import { type Parsed, problem } from "../problem.ts";
import { type GgusField, type RawGgus, readGgusRecord } from "./record.ts";
import { cutElements, type XmlElement } from "./xml-elements.ts";

const ELEMENTS: ReadonlyMap<string, GgusField> = new Map([
  ["Ticket-ID", "TicketID"],
  ["Type", "Type"],
  ["VO", "VO"],
  ["Site", "Site"],
  ["Priority", "Priority"],
  ["Responsible_Unit", "ResponsibleUnit"],
  ["Status", "Status"],
  ["Last_Update", "LastUpdate"],
  ["Subject", "Subject"],
  ["Scope", "Scope"],
  ["CMS_Site", "CMSSite"],
  ["Creation_Date", "CreationDate"],
  ["Description", "Description"],
]);
const MAX_COMMENTS = 1000;
const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** A node as fast-xml-parser gives it in document order: one key, the element's name, with its children. */
type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  processEntities: false,
  parseTagValue: false,
  trimValues: false,
  cdataPropName: "#cdata",
  maxNestedTags: 20,
});

/**
 * Tickets of a GGUS export in XML, one after the other: any root, repeated `<ticket>`.
 * @throws UserError when the text is no such export at all (empty, a web page, a document type, no tickets in it).
 */
export async function* parseGgusXml(bytes: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Parsed> {
  for await (const element of cutElements(decodeText(bytes, where), "ticket", where)) {
    yield readElement(element);
  }
}

function readElement(element: XmlElement): Parsed {
  const { line, text, fault } = element;
  if (fault === "cut off") {
    return problem("the export ends in the middle of an element", { line });
  }
  const id = /<Ticket-ID>\s*([1-9]\d{0,15})\s*<\/Ticket-ID>/.exec(text.slice(0, 2000))?.[1] ?? null;
  if (fault === "unclosed") {
    return problem("<ticket> is not closed before the next one", { line, id });
  }
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) {
    return problem(verdict.err.msg, { line: line + Math.max(0, verdict.err.line - 1), id });
  }
  try {
    const [ticket] = parser.parse(text) as readonly Node[];
    return readTicket(childrenOf(ticket, "ticket"), line, id);
  } catch (error) {
    // The parser refuses names such as __proto__ and too deep nesting by throwing.
    return problem((error as Error).message, { line, id });
  }
}

function readTicket(children: readonly Node[], line: number, id: string | null): Parsed {
  const raw: RawGgus = {};
  const comments: Record<string, string>[] = [];
  for (const child of children) {
    const name = nameOf(child);
    const field = ELEMENTS.get(name);
    if (/^Comments?$/.test(name)) {
      comments.push(...readComments(child, name));
    } else if (field !== undefined && raw[field] !== undefined) {
      return problem(`there are two <${name}> in one ticket`, { line, id, field });
    } else if (field !== undefined) {
      raw[field] = textOf(childrenOf(child, name));
    }
  }
  if (comments.length > 0) {
    raw.Comments = JSON.stringify(comments.slice(0, MAX_COMMENTS));
  }
  return readGgusRecord(raw, line);
}

/** Comments as `<Comments><Comment>…` or as repeated `<Comment>`, each with Date, Time and Text. */
function readComments(node: Node, name: string): readonly Record<string, string>[] {
  const children = childrenOf(node, name);
  const nested = children.filter((child) => nameOf(child) === "Comment");
  if (nested.length > 0) {
    return nested.flatMap((child) => readComments(child, "Comment"));
  }
  const part = (key: string) => {
    const child = children.find((candidate) => nameOf(candidate) === key);
    return child === undefined ? "" : textOf(childrenOf(child, key)).trim();
  };
  const text = part("Text");
  return text === "" && part("Date") === "" ? [] : [{ Date: part("Date"), Time: part("Time"), Text: text }];
}

function nameOf(node: Node): string {
  return Object.keys(node).find((key) => key !== ":@") ?? "";
}

function childrenOf(node: Node | undefined, name: string): readonly Node[] {
  const children = own(node, name);
  return Array.isArray(children) ? (children as readonly Node[]) : [];
}

function textOf(children: readonly Node[]): string {
  return children
    .map((child) =>
      Array.isArray(child["#cdata"])
        ? childrenOf(child, "#cdata")
            .map((part) => String(part["#text"] ?? ""))
            .join("")
        : decodeEntities(String(child["#text"] ?? "")),
    )
    .join("");
}

/** Replaces the five entities of XML and numeric ones, each once; all others stay as they are written. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g, (whole, name, decimal, hex) => {
    if (typeof name === "string") {
      return own(NAMED_ENTITIES, name) ?? whole;
    }
    const code = typeof decimal === "string" ? Number.parseInt(decimal, 10) : Number.parseInt(hex as string, 16);
    return code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}
