import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { createSecureContext, rootCertificates } from "node:tls";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { UserError } from "../../alert/user-error.ts";
import type { Config } from "../../config/schema.ts";
import { faultSchema } from "./schema.ts";
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
const LONGEST_SHOWN = 300;
/** What to do about a connection that is refused for its certificates, by error code; the first that fits. */
const TLS_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_)/,
    "the server wants a certificate that it trusts: name it in transfers.elasticsearch.tls.cert and tls.key",
  ],
  [/ALTNAME/, "its certificate is for another name: use that name in transfers.elasticsearch.url"],
  [/EXPIRED|NOT_YET_VALID/, "its certificate is not valid at this time: have it renewed, or check the clock"],
  [/WRONG_VERSION_NUMBER/, "it does not speak TLS: use http:// in transfers.elasticsearch.url"],
  [
    /CERT|SIGNATURE|UNABLE_TO_VERIFY/,
    "its certificate is not trusted: name the authority in transfers.elasticsearch.tls.ca",
  ],
];

/** @throws UserError for certificates that cannot be read */
export function createAsk(options: IndexOptions, { pause, tries = TRIES }: HttpTools): Ask {
  const http = createHttp(options);
  return async (method, path, body, signal) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(http, method, path, body, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof EventSourceError) || !error.passing || attempt >= tries) {
          throw error;
        }
        await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)), signal);
      }
    }
  };
}

async function once(
  http: AxiosInstance,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const where = `${http.defaults.baseURL}${path.split("?")[0]}`;
  let response: { status: number; data: unknown };
  try {
    response = await http.request({ method, url: path, data: body, signal });
  } catch (error) {
    throw unreachable(where, error);
  }
  if (response.status >= 200 && response.status < 300) {
    return response.data;
  }
  throw refused(where, response);
}

function unreachable(where: string, error: unknown): EventSourceError {
  const code = isAxiosError(error) ? (error.code ?? error.message) : String(error);
  if (isAxiosError(error) && /maxContentLength/.test(error.message)) {
    const message = `${where}: the answer is too large — lower transfers.elasticsearch.pageSize or raise maxBytes`;
    return new EventSourceError(message, { passing: false, tooLarge: true, cause: error });
  }
  const tls = TLS_HINTS.find(([pattern]) => pattern.test(code));
  const hint =
    tls?.[1] ??
    (code === "ECONNABORTED" || code === "ETIMEDOUT"
      ? "no answer in time: raise transfers.elasticsearch.timeout"
      : code === "ECONNRESET"
        ? "it closed the connection: if it wants a certificate, name one that it trusts in transfers.elasticsearch.tls.cert"
        : "check transfers.elasticsearch.url, and that the server runs");
  return new EventSourceError(`${where}: got ${code} — ${hint}`, { passing: tls === undefined, cause: error });
}

function refused(where: string, { status, data }: { status: number; data: unknown }): EventSourceError {
  const fault = faultSchema.safeParse(data);
  const error = fault.success ? fault.data.error : null;
  const said = typeof error === "string" ? error : [error?.type, error?.reason].filter(Boolean).join(": ");
  const passing = status === 429 || status === 408 || status >= 500;
  const hint =
    status === 401 || status === 403
      ? "check token, apiKey or user, and their right to read the index and to open a point in time"
      : status === 404
        ? "check transfers.elasticsearch.url and index"
        : status === 400
          ? "fix transfers.elasticsearch.query or timeField"
          : passing
            ? "the server is busy or has a fault"
            : "is this Elasticsearch or OpenSearch?";
  return new EventSourceError(`${where}: got ${status} ${said.slice(0, LONGEST_SHOWN)} — ${hint}`, { passing });
}

function createHttp(options: IndexOptions): AxiosInstance {
  const authorization = authorizationOf(options);
  return axios.create({
    baseURL: options.url.replace(/\/+$/, ""),
    timeout: options.timeout,
    maxContentLength: options.maxBytes,
    maxRedirects: 0,
    validateStatus: () => true,
    headers: { accept: "application/json", ...(authorization === null ? {} : { authorization }) },
    httpsAgent: createAgent(options.tls),
  });
}

function authorizationOf({ url, token, apiKey, user, password }: IndexOptions): string | null {
  const value =
    token !== undefined
      ? `Bearer ${token}`
      : apiKey !== undefined
        ? `ApiKey ${apiKey}`
        : user !== undefined
          ? `Basic ${Buffer.from(`${user}:${password ?? ""}`).toString("base64")}`
          : null;
  const { protocol, hostname } = new URL(url);
  const isLocal = hostname === "localhost" || hostname.startsWith("127.") || hostname === "[::1]";
  if (value !== null && protocol !== "https:" && !isLocal) {
    throw new UserError("would send a secret unencrypted", "transfers.elasticsearch.url", "use https");
  }
  return value;
}

function createAgent(tls: IndexOptions["tls"]): Agent {
  const read = (key: "ca" | "cert" | "key") => {
    const file = tls?.[key];
    try {
      return file === undefined ? undefined : readFileSync(file);
    } catch (error) {
      throw new UserError(
        `cannot be read: ${file}`,
        `transfers.elasticsearch.tls.${key}`,
        "check the path and its permissions",
        { cause: error },
      );
    }
  };
  const ca = read("ca");
  const cert = read("cert");
  const options = {
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(cert === undefined ? {} : { cert, key: read("key") ?? cert }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new UserError(
      `does not hold certificates that fit (${(error as Error).message})`,
      "transfers.elasticsearch.tls",
      "ca and cert are PEM files, key is that of cert",
      { cause: error },
    );
  }
  return new Agent({ keepAlive: true, ...options });
}
