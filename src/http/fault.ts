import { UserError } from "../alert/user-error.ts";

/** Why a request has no usable answer. */
export type FaultReason =
  /** `said` is what the server says of it, one line, without our secrets. */
  | { readonly kind: "refused"; readonly status: number; readonly said: string; readonly retryAfter: number | null }
  /** No connection or a broken one; `isUnsent` when the request certainly never reached the server. */
  | { readonly kind: "unreachable"; readonly code: string; readonly isUnsent: boolean }
  | { readonly kind: "untrusted"; readonly code: string }
  | { readonly kind: "late"; readonly timeout: number }
  | { readonly kind: "too large"; readonly maxBytes: number }
  /** A redirect to another server, which is never followed: most are login pages. */
  | { readonly kind: "elsewhere"; readonly status: number; readonly origin: string | null }
  /** A good status with a body of another kind: a login page, nothing, text. */
  | { readonly kind: "unexpected"; readonly status: number; readonly what: string }
  | { readonly kind: "unencrypted" };

/** A request without a usable answer. Holds no request, no header and no secret. */
export class HttpFault extends UserError {
  override readonly name: string = "HttpFault";
  readonly reason: FaultReason;
  /** True when the same request may succeed later. */
  readonly isTemporary: boolean;

  constructor(reason: FaultReason, where: string) {
    super(sentence(reason), where, hintFor(reason));
    this.reason = reason;
    this.isTemporary = isTemporary(reason);
  }

  /** Milliseconds after which the server wants to be asked again, when it said so. */
  get retryAfter(): number | null {
    return this.reason.kind === "refused" ? this.reason.retryAfter : null;
  }

  /** HTTP status, or null when there was no answer. */
  get status(): number | null {
    return "status" in this.reason ? this.reason.status : null;
  }
}

function isTemporary(reason: FaultReason): boolean {
  switch (reason.kind) {
    case "refused":
      return reason.status === 408 || reason.status === 425 || reason.status === 429 || reason.status >= 500;
    case "unreachable":
    case "late":
      return true;
    default:
      return false;
  }
}

function sentence(reason: FaultReason): string {
  switch (reason.kind) {
    case "refused":
      return `answered ${reason.status}${reason.said === "" ? "" : `: ${reason.said}`}`;
    case "unreachable":
      return `cannot be read (${reason.code})`;
    case "untrusted":
      return `cannot be trusted (${reason.code})`;
    case "late":
      return `takes longer than ${reason.timeout} ms`;
    case "too large":
      return `answers with more than ${reason.maxBytes} bytes`;
    case "elsewhere":
      return `sends on to ${reason.origin ?? "another place"}`;
    case "unexpected":
      return `answered ${reason.status} with ${reason.what}`;
    case "unencrypted":
      return "would send the token unencrypted";
  }
}

function hintFor(reason: FaultReason): string {
  switch (reason.kind) {
    case "refused":
      if (reason.status === 401 || reason.status === 403) {
        return "check the certificate or token and its rights";
      }
      if (reason.status === 206) {
        return "it sent a part of the answer only";
      }
      return isTemporary(reason) ? "the server has a fault or asks to slow down" : "check the address and the query";
    case "unreachable":
      return "check the address and the network";
    case "untrusted":
      return "add the authority's certificate as tls.ca; verification stays on";
    case "late":
      return "raise `timeout` or ask for less";
    case "too large":
      return "raise maxBytes if it really is an export";
    case "elsewhere":
      return "it is probably a login page: check the certificate or token";
    case "unexpected":
      return "check the address, and that no login page stands before it";
    case "unencrypted":
      return "use https";
  }
}

/** OpenSSL's and Node's codes of a certificate that is not accepted, by either side. */
const UNTRUSTED =
  /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|ERR_SSL_|EPROTO|HOSTNAME_MISMATCH)|SIGNATURE_FAILURE/;
/** The request was not sent: it may be repeated whatever it does. */
const UNSENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/** What axios or a stream threw as a fault; null for what is no fault of the network. */
export function toHttpFault(
  error: unknown,
  where: string,
  limits: { readonly timeout: number; readonly maxBytes: number },
): HttpFault | null {
  if (error instanceof HttpFault) {
    return error;
  }
  const { code = "", message = "", name = "" } = error as { code?: string; message?: string; name?: string };
  if (/maxContentLength/.test(message)) {
    return new HttpFault({ kind: "too large", maxBytes: limits.maxBytes }, where);
  }
  if (
    ["ERR_CANCELED", "ECONNABORTED"].includes(code) ||
    ["AbortError", "TimeoutError", "CanceledError"].includes(name)
  ) {
    return /aborted$/.test(message) && code === "ECONNABORTED" && !/timeout/.test(message)
      ? new HttpFault({ kind: "unreachable", code, isUnsent: false }, where)
      : new HttpFault({ kind: "late", timeout: limits.timeout }, where);
  }
  if (UNTRUSTED.test(code)) {
    return new HttpFault({ kind: "untrusted", code }, where);
  }
  if (code !== "" || /aborted|terminated|unexpected end/i.test(message)) {
    const shown = code === "" ? message : code;
    return new HttpFault({ kind: "unreachable", code: shown, isUnsent: UNSENT.has(code) }, where);
  }
  return null;
}
