import { own } from "../../alert/own.ts";
import { endOf, type Transfer, UNKNOWN } from "./transfer.ts";

/** One event as it came: field name → value, before anything is believed. */
export type RawTransfer = Readonly<Record<string, unknown>>;

/** Something that was odd but could be put right; the transfer is judged, and does not teach unless said otherwise. */
export type Flaw =
  | "unknown site"
  | "unknown activity"
  | "negative delay"
  | "no start"
  | "zero bytes"
  | "no size"
  | "duplicate";

/** Why an event cannot be used at all. */
export type Refusal = "no submission time" | "no duration" | "negative duration" | "not a transfer";

export type Cleaned =
  | { readonly transfer: Transfer; readonly flaws: readonly Flaw[]; readonly refusal: null }
  | { readonly transfer: null; readonly flaws: readonly Flaw[]; readonly refusal: Refusal };

const NO_NAME = new Set(["", "unknown", "none", "null", "nan", "n/a", "-"]);
const MILLISECONDS_FROM = 1e11;
/** A time is this far from zero at most: 9999 AD in seconds. */
const LATEST = 253_402_300_800;

/** Names a field may have: Rucio writes hyphens, indexes and exports often underscores. */
const FIELDS = {
  submitted: ["submitted_at", "submitted-at"],
  started: ["started_at", "started-at"],
  transferred: ["transferred_at", "transferred-at"],
  delay: ["delay"],
  duration: ["duration"],
  bytes: ["bytes", "file-size", "file_size"],
  activity: ["activity"],
  source: ["src-rse", "src_rse"],
  destination: ["dst-rse", "dst_rse"],
  sourceType: ["src-type", "src_type"],
  destinationType: ["dst-type", "dst_type"],
  protocol: ["protocol"],
  endpoint: ["transfer-endpoint", "transfer_endpoint"],
  reason: ["reason"],
  event: ["event_type", "event-type"],
} as const;

/** Fields without which a file of transfers is none: what to call them, and the names they may have. */
export const NEEDED_FIELDS: readonly { readonly say: string; readonly names: readonly string[] }[] = [
  { say: "submitted_at", names: FIELDS.submitted },
  { say: "delay or started_at", names: [...FIELDS.delay, ...FIELDS.started] },
  { say: "bytes", names: FIELDS.bytes },
  { say: "src-rse", names: FIELDS.source },
  { say: "dst-rse", names: FIELDS.destination },
];

/**
 * Reads one event of Rucio (`transfer-done`, `transfer-failed`) from whatever a file or an index gave.
 * @param needsDuration false where durations are asked for, not learnt from
 */
export function cleanTransfer(raw: RawTransfer, needsDuration = true): Cleaned {
  const flaws: Flaw[] = [];
  const event = textOf(raw, FIELDS.event);
  if (event !== "" && !/^transfer-(?:done|failed)$/.test(event)) {
    return { transfer: null, flaws, refusal: "not a transfer" };
  }
  const failed = event === "transfer-failed";
  const submittedAt = timeOf(raw, FIELDS.submitted) ?? timeOf(raw, FIELDS.started);
  if (submittedAt === null) {
    return { transfer: null, flaws, refusal: "no submission time" };
  }
  const startedAt = startOf(raw, submittedAt, flaws);
  const duration = durationOf(raw, startedAt);
  if (duration !== null && duration < 0) {
    return { transfer: null, flaws, refusal: "negative duration" };
  }
  if (duration === null && needsDuration && !failed) {
    return { transfer: null, flaws, refusal: "no duration" };
  }
  const transfer = {
    submittedAt,
    startedAt,
    bytes: bytesOf(raw, flaws),
    ...namesOf(raw, flaws),
    duration,
    outcome: failed ? "failed" : "done",
    reason: failed ? textOf(raw, FIELDS.reason) : "",
  } as const;
  return { transfer, flaws, refusal: null };
}

function namesOf(raw: RawTransfer, flaws: Flaw[]) {
  const source = nameOf(raw, FIELDS.source);
  const destination = nameOf(raw, FIELDS.destination);
  const activity = nameOf(raw, FIELDS.activity);
  if (source === UNKNOWN || destination === UNKNOWN) {
    flaws.push("unknown site");
  }
  if (activity === UNKNOWN) {
    flaws.push("unknown activity");
  }
  return {
    source,
    destination,
    activity,
    sourceType: nameOf(raw, FIELDS.sourceType),
    destinationType: nameOf(raw, FIELDS.destinationType),
    protocol: nameOf(raw, FIELDS.protocol),
    endpoint: nameOf(raw, FIELDS.endpoint),
  };
}

function startOf(raw: RawTransfer, submittedAt: number, flaws: Flaw[]): number {
  const delay = numberOf(raw, FIELDS.delay);
  const startedAt = timeOf(raw, FIELDS.started) ?? (delay === null ? null : submittedAt + delay);
  if (startedAt === null) {
    flaws.push("no start");
    return submittedAt;
  }
  if (startedAt < submittedAt) {
    flaws.push("negative delay");
  }
  return Math.max(startedAt, submittedAt);
}

function durationOf(raw: RawTransfer, startedAt: number): number | null {
  const given = numberOf(raw, FIELDS.duration);
  if (given !== null) {
    return given;
  }
  const end = timeOf(raw, FIELDS.transferred);
  return end === null ? null : end - startedAt;
}

function bytesOf(raw: RawTransfer, flaws: Flaw[]): number {
  const bytes = numberOf(raw, FIELDS.bytes);
  if (bytes === null || bytes < 0) {
    flaws.push("no size");
    return 0;
  }
  if (bytes === 0) {
    flaws.push("zero bytes");
  }
  return bytes;
}

function fieldOf(raw: RawTransfer, names: readonly string[]): unknown {
  for (const name of names) {
    const value = own(raw, name);
    if (value !== undefined && value !== null && value !== "") {
      return value;
    }
  }
  return undefined;
}

function textOf(raw: RawTransfer, names: readonly string[]): string {
  const value = fieldOf(raw, names);
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

function nameOf(raw: RawTransfer, names: readonly string[]): string {
  const text = textOf(raw, names);
  return NO_NAME.has(text.toLowerCase()) ? UNKNOWN : text.slice(0, 200);
}

function numberOf(raw: RawTransfer, names: readonly string[]): number | null {
  const value = fieldOf(raw, names);
  const number = typeof value === "string" ? Number(value.trim() || "x") : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** Unix seconds of a number (seconds, or milliseconds when it is large) or a date in text, which is UTC without a zone. */
function timeOf(raw: RawTransfer, names: readonly string[]): number | null {
  const number = numberOf(raw, names);
  if (number !== null) {
    const seconds = number > MILLISECONDS_FROM ? number / 1000 : number;
    return seconds > 0 && seconds < LATEST ? seconds : null;
  }
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(textOf(raw, names));
  if (parts === null) {
    return null;
  }
  const zone = (parts[4] ?? "Z").replace("UTC", "Z").replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  const milliseconds = Date.parse(`${parts[1]}T${parts[2]}${zone}`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000 + Number(`0${parts[3] ?? ""}`);
}

/** What makes two events the same transfer: the file where they name one, times, size, link and outcome. */
export function identityOf(raw: RawTransfer, transfer: Transfer): string {
  const file = ["name", "request-id", "transfer-id"].map((field) => textOf(raw, [field])).join("|");
  const { submittedAt, startedAt, bytes, source, destination } = transfer;
  return [file, submittedAt, startedAt, endOf(transfer), bytes, source, destination, transfer.outcome].join("|");
}
