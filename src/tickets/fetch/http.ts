import type { IncomingMessage } from "node:http";
import { Agent } from "node:https";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import axios, { type AxiosInstance, type AxiosResponse, isCancel } from "axios";
import { own } from "../../alert/own.ts";
import type { SourceSettings, SourceTools } from "../system.ts";
import { gridAuthorities } from "./authorities.ts";
import { FetchError } from "./retry.ts";
import { type CertificatePlaces, findClientCertificate, readPem } from "./x509.ts";

/** How to reach one server. */
export interface HttpSettings {
  /** Value of the Authorization header, with its scheme. */
  readonly authorization?: string | undefined;
  readonly tls?:
    | { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined }
    | undefined;
  /** How long one request may take in all, in milliseconds. */
  readonly timeout: number;
  /** Largest answer that is read, unpacked. */
  readonly maxBytes: number;
  /** True to show a client certificate when there is one. */
  readonly usesCertificate: boolean;
}

export interface HttpAnswer {
  /** Null when the server says that nothing has changed since (304). */
  readonly bytes: AsyncIterable<Uint8Array> | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** How a system wants to be shown a token, and whether it knows people by their certificates. */
export interface Access {
  readonly scheme: "Bearer " | "Token token=";
  readonly usesCertificate: boolean;
}

/** The GET of a source's server. */
export function createSourceGet(settings: SourceSettings, access: Access, tools: SourceTools): HttpGet {
  const { token, tls, timeout, maxBytes } = settings;
  const authorization = token === undefined ? undefined : `${access.scheme}${token}`;
  return createHttpGet(
    { authorization, tls, timeout, maxBytes, usesCertificate: access.usesCertificate },
    tools,
    tools.clock,
  );
}

/** Sends one GET. @throws FetchError; reading the bytes may throw it too. UserError for a bad certificate. */
export type HttpGet = (url: string, headers?: Readonly<Record<string, string>>) => Promise<HttpAnswer>;

const MAX_REDIRECTS = 3;
const UNSAFE = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|ERR_SSL_|EPROTO|HOSTNAME_MISMATCH)/;

/**
 * Makes the GET of one server: verified TLS (never switched off), client certificate, time and size limits. Answers of
 * other servers (a login page to which one is sent) and partial ones are failures.
 */
export function createHttpGet(settings: HttpSettings, places: CertificatePlaces, now: () => Date): HttpGet {
  const createAgent = createAgents(settings, places);
  return async (url, headers = {}) => {
    const where = showAddress(url);
    refuseOpenSecret(url, settings.authorization, where);
    const agent = url.startsWith("https:") ? createAgent(now()) : null;
    const done = () => agent?.destroy();
    const client = axios.create({
      responseType: "stream",
      headers: {
        ...(settings.authorization === undefined ? {} : { Authorization: settings.authorization }),
        "User-Agent": "cmswatch",
        ...headers,
      },
      signal: AbortSignal.timeout(settings.timeout),
      maxContentLength: settings.maxBytes,
      maxRedirects: 0,
      validateStatus: () => true,
      ...(agent === null ? {} : { httpsAgent: agent }),
    });
    try {
      return readAnswer(await follow(client, url, where), where, { settings, now: now(), done });
    } catch (error) {
      done();
      throw toFetchError(error, where, settings);
    }
  };
}

/** Requests the address, and those of the same server to which it sends on. */
async function follow(client: AxiosInstance, url: string, where: string): Promise<AxiosResponse<IncomingMessage>> {
  let address = url;
  for (let redirects = 0; ; redirects++) {
    const response = await client.get<IncomingMessage>(address);
    const location: unknown = response.headers["location"];
    if (![301, 302, 303, 307, 308].includes(response.status) || typeof location !== "string") {
      return response;
    }
    response.data.destroy();
    const target = URL.canParse(location, address) ? new URL(location, address) : null;
    if (target?.origin !== new URL(url).origin || redirects === MAX_REDIRECTS) {
      throw new FetchError(
        `sends on to ${target?.origin ?? "another place"}`,
        where,
        "it is probably a login page: check the certificate or token",
        { isTemporary: false },
      );
    }
    address = target.href;
  }
}

/** The address as it may be shown and logged: without its query and credentials. */
export function showAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/**
 * Makes the agent of one request: certificates are read again, because proxies are renewed; the context made of them is
 * kept as long as they stay the same, because reading all authorities takes a tenth of a second.
 */
function createAgents({ tls, usesCertificate }: HttpSettings, places: CertificatePlaces): (now: Date) => Agent {
  let kept: { readonly key: string; readonly context: SecureContext } | null = null;
  return (now) => {
    const own = tls?.ca === undefined ? [] : [readPem(tls.ca, "tls.ca")];
    const extra = [...gridAuthorities(places.environment), ...own];
    const certificate = usesCertificate || tls?.cert !== undefined ? findClientCertificate(tls, places, now) : null;
    const key = JSON.stringify([extra, certificate]);
    if (kept?.key !== key) {
      const context = createSecureContext({
        minVersion: "TLSv1.2",
        ...(extra.length === 0 ? {} : { ca: [...rootCertificates, ...extra] }),
        ...(certificate === null ? {} : { cert: certificate.cert, key: certificate.key }),
      });
      kept = { key, context };
    }
    return new Agent({ secureContext: kept.context, rejectUnauthorized: true });
  };
}

function refuseOpenSecret(url: string, authorization: string | undefined, where: string): void {
  const { protocol, hostname } = new URL(url);
  const isLocal = hostname === "localhost" || hostname.startsWith("127.") || hostname === "[::1]";
  if (authorization !== undefined && protocol !== "https:" && !isLocal) {
    throw new FetchError("would send the token unencrypted", where, "use https", { isTemporary: false });
  }
}

function readAnswer(
  response: AxiosResponse<IncomingMessage>,
  where: string,
  { settings, now, done }: { settings: HttpSettings; now: Date; done: () => void },
): HttpAnswer {
  const header = (name: string): string | null => {
    const value: unknown = own(response.headers, name);
    return typeof value === "string" && value !== "" ? value : null;
  };
  const facts = { etag: header("etag"), lastModified: header("last-modified") };
  if (response.status === 200) {
    return { ...facts, bytes: guarded(response.data, where, settings, done) };
  }
  response.data.destroy();
  done();
  if (response.status === 304) {
    return { ...facts, bytes: null };
  }
  throw refusedBy(response.status, where, readRetryAfter(header("retry-after"), now));
}

function refusedBy(status: number, where: string, retryAfter: number | null): FetchError {
  const isTemporary = status === 408 || status === 425 || status === 429 || status >= 500;
  const hint =
    status === 401 || status === 403
      ? "check the certificate or token and its rights"
      : status === 206
        ? "it sent a part of the answer only"
        : isTemporary
          ? "the server is in trouble or asks for patience"
          : "check the address and the query";
  return new FetchError(`answered ${status}`, where, hint, { isTemporary, retryAfter });
}

function readRetryAfter(text: string | null, now: Date): number | null {
  if (text === null) {
    return null;
  }
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds * 1000);
}

/** The bytes of an answer, with faults on the way told as such: cut off, too large, too slow. */
async function* guarded(
  stream: IncomingMessage,
  where: string,
  settings: HttpSettings,
  done: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw toFetchError(error, where, settings);
  } finally {
    stream.destroy();
    done();
  }
}

function toFetchError(error: unknown, where: string, { timeout, maxBytes }: HttpSettings): unknown {
  if (error instanceof FetchError) {
    return error;
  }
  const { code = "", message = "", name = "" } = error as { code?: string; message?: string; name?: string };
  const fail = (what: string, hint: string, isTemporary: boolean) => new FetchError(what, where, hint, { isTemporary });
  if (/maxContentLength/.test(message)) {
    return fail(`answers with more than ${maxBytes} bytes`, "raise maxBytes if it really is an export", false);
  }
  if (isCancel(error) || name === "AbortError" || name === "TimeoutError") {
    return fail(`takes longer than ${timeout} ms`, "raise `timeout` or ask for less", true);
  }
  if (UNSAFE.test(code)) {
    return fail(
      `cannot be trusted (${code})`,
      "add the authority's certificate as tls.ca; verification stays on",
      false,
    );
  }
  if (code !== "" || /aborted|terminated|unexpected end/i.test(message)) {
    return fail(`cannot be read (${code === "" ? message : code})`, "check the address and the network", true);
  }
  return error;
}
