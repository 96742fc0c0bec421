import { Address } from "../../alert/address.ts";
import { UserError } from "../../alert/user-error.ts";
import type { Config } from "../../config/schema.ts";
import { checkCertificates, createHttpClient, type HttpClient, jsonOf } from "../../http/client.ts";
import { HttpFault } from "../../http/fault.ts";
import { withRetries } from "../../http/retry.ts";
import { EventSourceError } from "./source.ts";

/** The configured index. */
export type IndexOptions = NonNullable<Config["transfers"]["elasticsearch"]>;

export interface HttpTools {
  /** Waits between tries; handed in so that tests need not. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly tries?: number;
}

/** Sends one request and gives the answer's JSON; what may pass by itself is tried again after a growing pause. */
export type Ask = (
  method: "GET" | "POST" | "DELETE",
  path: string,
  body: unknown,
  signal: AbortSignal,
) => Promise<unknown>;

const TRIES = 4;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const HEADERS = { Accept: "application/json", "Content-Type": "application/json" };
/** What to do about a connection that is refused for its certificates, by error code; the first that fits. */
const TLS_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_)/,
    "the server wants a certificate that it trusts: name it in transfers.elasticsearch.tls.cert and tls.key",
  ],
  [/ALTNAME/, "its certificate is for another name: use that name in transfers.elasticsearch.url"],
  [/EXPIRED|NOT_YET_VALID/, "its certificate is not valid at this time: have it renewed, or check the clock"],
  [/WRONG_VERSION_NUMBER/, "it does not speak TLS: use http:// in transfers.elasticsearch.url"],
  [/./, "its certificate is not trusted: name the authority in transfers.elasticsearch.tls.ca"],
];

/** @throws UserError for certificates that cannot be read */
export function createAsk(options: IndexOptions, { pause, tries = TRIES }: HttpTools): Ask {
  const http = createHttp(options);
  const policy = {
    tries,
    firstWait: FIRST_PAUSE,
    longestWait: LONGEST_PAUSE,
    mayRetry: (error: Error) => error instanceof EventSourceError && error.passing,
  };
  return (method, path, body, signal) => {
    const sleep = (milliseconds: number) => pause(milliseconds, signal);
    return withRetries(() => once(http, method, path, body, signal), policy, { sleep, random: () => 0.5 }, signal);
  };
}

async function once(
  http: HttpClient,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const where = `${http.shown}${path.split("?")[0]}`;
  try {
    return jsonOf(await http.request({ method, url: path, body, signal, headers: HEADERS }), where);
  } catch (error) {
    throw error instanceof HttpFault ? toSourceError(error, where) : error;
  }
}

/** In words that say what to do about it here. */
function toSourceError(fault: HttpFault, where: string): EventSourceError {
  const { reason } = fault;
  const failed = (what: string, hint: string, tooLarge = false) =>
    new EventSourceError(`${where}: got ${what} — ${hint}`, { passing: fault.isTemporary, tooLarge });
  switch (reason.kind) {
    case "refused":
      return failed(`${reason.status} ${reason.said}`, hintForStatus(reason.status, fault.isTemporary));
    case "too large":
      return failed("too large an answer", "lower transfers.elasticsearch.pageSize or raise maxBytes", true);
    case "late":
      return failed("no answer in time", "raise transfers.elasticsearch.timeout");
    case "untrusted":
      return failed(reason.code, TLS_HINTS.find(([pattern]) => pattern.test(reason.code))?.[1] ?? fault.hint);
    case "unreachable":
      return failed(
        reason.code,
        reason.code === "ECONNRESET"
          ? "it closed the connection: if it wants a certificate, name one that it trusts in transfers.elasticsearch.tls.cert"
          : "check transfers.elasticsearch.url, and that the server runs",
      );
    default:
      return failed(fault.what, "is this Elasticsearch or OpenSearch?");
  }
}

function hintForStatus(status: number, passing: boolean): string {
  if (status === 401 || status === 403) {
    return "check token, apiKey or user, and their right to read the index and to open a point in time";
  }
  if (status === 404) {
    return "check transfers.elasticsearch.url and index";
  }
  if (status === 400) {
    return "fix transfers.elasticsearch.query or timeField";
  }
  return passing ? "the server is busy or has a fault" : "is this Elasticsearch or OpenSearch?";
}

function createHttp(options: IndexOptions): HttpClient {
  const settings = {
    address: Address.from(options.url),
    section: "transfers.elasticsearch",
    authorization: authorizationOf(options),
    tls: options.tls,
    timeout: options.timeout,
    maxBytes: options.maxBytes,
    refusesOpenSecret: true,
  };
  const isSecret = settings.authorization !== undefined || settings.address.credentials() !== null;
  if (isSecret && !settings.address.isSecure && !settings.address.isLoopback) {
    throw new UserError("would send a secret unencrypted", "transfers.elasticsearch.url", "use https");
  }
  checkCertificates(settings);
  return createHttpClient(settings);
}

function authorizationOf({ token, apiKey, user, password }: IndexOptions): string | undefined {
  if (token !== undefined) {
    return `Bearer ${token}`;
  }
  if (apiKey !== undefined) {
    return `ApiKey ${apiKey}`;
  }
  return user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password ?? ""}`).toString("base64")}`;
}
