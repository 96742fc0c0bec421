import type { z } from "zod";
import type { Address } from "../alert/address.ts";
import { checkCertificates, createHttpClient, type HttpAnswer, jsonOf } from "../http/client.ts";
import { HttpFault } from "../http/fault.ts";
import { type RetryTools, withRetries } from "../http/retry.ts";
import type { TlsFiles } from "../http/tls.ts";
import { AlertmanagerError, hintForCode, hintForStatus } from "./error.ts";

/** Largest answer that is read: some hundred thousand alerts. */
const MAX_ANSWER_BYTES = 256_000_000;
const TRIES = 3;
const FIRST_WAIT = 200;
const LONGEST_WAIT = 10_000;

export interface HttpOptions extends RetryTools {
  /** How long one request may take, in milliseconds. */
  readonly timeout: number;
  readonly token?: string | undefined;
  readonly tls?: TlsFiles | undefined;
}

export interface HttpRequest<T> {
  readonly method: "GET" | "POST" | "DELETE";
  /** After the base address, e.g. `/api/v2/alerts`. */
  readonly path: string;
  readonly body?: unknown;
  /** Schema of the answer, or `nothing` where a good answer has no body: anything else comes from another server. */
  readonly answer: z.ZodType<T> | "nothing";
  /** True when sending it twice is the same as sending it once. */
  readonly isIdempotent: boolean;
}

/** Sends requests to one Alertmanager and gives their parsed answers. @throws AlertmanagerError */
export type SendRequest = <T>(request: HttpRequest<T>) => Promise<T>;

/**
 * The requests of one Alertmanager, repeated with growing waits where that is safe.
 * @param address base address; credentials in it are used where there is no token, and never shown
 * @throws UserError when a certificate file cannot be read
 */
export function createSender(address: Address, options: HttpOptions): SendRequest {
  const settings = {
    address,
    section: "alertmanager",
    authorization: options.token === undefined ? undefined : `Bearer ${options.token}`,
    tls: options.tls,
    timeout: options.timeout,
    maxBytes: MAX_ANSWER_BYTES,
  };
  checkCertificates(settings);
  const http = createHttpClient(settings);
  return <T>({ method, path, body, answer, isIdempotent }: HttpRequest<T>) => {
    const policy = {
      tries: TRIES,
      firstWait: FIRST_WAIT,
      longestWait: LONGEST_WAIT,
      mayRetry: mayRepeat(isIdempotent),
    };
    const once = async () =>
      readAnswer(answer, await http.request({ method, url: path, body, headers: HEADERS }), http.shown);
    return withRetries(once, policy, options).catch((error: unknown) => {
      throw error instanceof HttpFault ? toAlertmanagerError(error, http.shown) : error;
    });
  };
}

const HEADERS = { Accept: "application/json", "Content-Type": "application/json" };

function mayRepeat(isIdempotent: boolean): (error: Error) => boolean {
  return (error) =>
    error instanceof HttpFault &&
    error.isTemporary &&
    (isIdempotent || (error.reason.kind === "unreachable" && error.reason.isUnsent));
}

function readAnswer<T>(schema: z.ZodType<T> | "nothing", answer: HttpAnswer, address: string): T {
  if (schema === "nothing") {
    if (answer.text.trim() !== "") {
      throw unlikeApi("the answer: it is not empty", address, answer.status);
    }
    return undefined as T;
  }
  const result = schema.safeParse(jsonOf(answer, address));
  if (!result.success) {
    const issue = result.error.issues[0];
    const place = issue?.path.join(".") ?? "";
    throw unlikeApi(`${place === "" ? "the answer" : place}: ${issue?.message}`, address, answer.status);
  }
  return result.data;
}

function unlikeApi(what: string, address: string, status: number): AlertmanagerError {
  return new AlertmanagerError(
    `answered with something that is not its API v2 (${what})`,
    address,
    status,
    "check that the address is an Alertmanager's and that no login page stands before it",
  );
}

/** In words that say what to do about it here. */
function toAlertmanagerError(fault: HttpFault, address: string): AlertmanagerError {
  const { reason } = fault;
  switch (reason.kind) {
    case "unexpected":
      return unlikeApi(reason.what, address, reason.status);
    case "refused":
    case "elsewhere":
      return new AlertmanagerError(fault.what, address, reason.status, hintForStatus(reason.status));
    case "unreachable":
    case "untrusted":
      return new AlertmanagerError(`cannot be reached (${reason.code})`, address, null, hintForCode(reason.code));
    case "late":
      return new AlertmanagerError("cannot be reached (ETIMEDOUT)", address, null, hintForCode("ETIMEDOUT"));
    default:
      return new AlertmanagerError(fault.what, address, null, fault.hint);
  }
}
