import type { IncomingMessage } from "node:http";
import axios, { type AxiosInstance, type AxiosResponse } from "axios";
import type { Address } from "../alert/address.ts";
import { own } from "../alert/own.ts";
import { HttpFault, toHttpFault } from "./fault.ts";
import { createAgents, type GridAccess, type TlsFiles } from "./tls.ts";

/** How to reach one server. */
export interface HttpOptions {
  /** Its base; the credentials in it are used where `authorization` is not set. */
  readonly address: Address;
  /** The configuration's section, for errors about its files: `alertmanager`. */
  readonly section: string;
  /** Value of the Authorization header, with its scheme. */
  readonly authorization?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** For servers of the grid: its authorities, and certificates that people have for it. */
  readonly grid?: GridAccess | undefined;
  /** Milliseconds for one request in all, its answer read included. */
  readonly timeout: number;
  /** Largest answer that is read, unpacked. */
  readonly maxBytes: number;
  /** True to refuse sending a token over a network without TLS. */
  readonly refusesOpenSecret?: boolean;
  /** How many redirects within the same server a GET follows; none unless set. */
  readonly redirects?: number;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Full address at the same server, as `Address.target` gives it, or a path after the base. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Null for a header that is missing or empty. */
  readonly header: (name: string) => string | null;
  readonly text: string;
}

export interface HttpStream {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** To be read to its end or returned early; faults on the way are thrown as HttpFault. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** The requests of one server. Whatever is not an answer of status 2xx or 304 is thrown as HttpFault. */
export interface HttpClient {
  /** The address as it may be shown. */
  readonly shown: string;
  /** The whole answer as text. @throws HttpFault, UserError for certificate files, or the reason of the request's signal */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** The answer as it comes. @throws as `request` */
  stream(request: HttpRequest): Promise<HttpStream>;
}

const MAX_REQUEST_BYTES = 64_000_000;
const MAX_REFUSAL_BYTES = 65_536;
const LONGEST_SAID = 300;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * The one HTTP client: verified TLS, limits of time and size, redirects only within the same server, and errors that hold neither
 * credentials nor the request. @throws UserError for certificate files that cannot be used, or a token that would go unencrypted
 */
export function createHttpClient(options: HttpOptions, now: () => Date = () => new Date()): HttpClient {
  const { address } = options;
  const agentOf = createAgents({ files: options.tls, key: `${options.section}.tls`, grid: options.grid ?? null });
  const instance = createAxios(options);
  const stream = async (request: HttpRequest): Promise<HttpStream> => {
    const target = address.at(resolve(address, request.url));
    const where = target.toString();
    if (options.refusesOpenSecret === true && isOpenSecret(options)) {
      throw new HttpFault({ kind: "unencrypted" }, where);
    }
    const limit = AbortSignal.timeout(options.timeout);
    const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
    const agent = address.isSecure ? { httpsAgent: agentOf(now()) } : {};
    const fail = (error: unknown) => {
      request.signal?.throwIfAborted();
      return toHttpFault(error, where, options) ?? withoutRequest(error);
    };
    try {
      const response = await follow(instance, { ...request, signal }, target, {
        agent,
        redirects: options.redirects ?? 0,
      });
      const header = headerOf(response);
      const bytes = guarded(response.data, fail);
      if ((response.status < 200 || response.status > 299 || response.status === 206) && response.status !== 304) {
        const said = scrub(await firstPart(bytes), options);
        throw refusal(response.status, said, header("location"), readRetryAfter(header("retry-after"), now()), where);
      }
      return { status: response.status, header, bytes };
    } catch (error) {
      throw fail(error);
    }
  };
  return {
    shown: address.toString(),
    stream,
    async request(request) {
      const { status, header, bytes } = await stream(request);
      const blocks: Uint8Array[] = [];
      for await (const block of bytes) {
        blocks.push(block);
      }
      return { status, header, text: Buffer.concat(blocks).toString("utf8") };
    },
  };
}

/** Reads the certificate files once, so that a wrong one is told at the start. @throws UserError */
export function checkCertificates(options: Pick<HttpOptions, "address" | "tls" | "section">): void {
  if (options.address.isSecure) {
    createAgents({ files: options.tls, key: `${options.section}.tls`, grid: null })(new Date());
  }
}

/**
 * The JSON of an answer. @throws HttpFault that says what came instead: nothing, a web page, or something cut off
 */
export function jsonOf(answer: HttpAnswer, where: string): unknown {
  const { status, text } = answer;
  const unexpected = (what: string) => new HttpFault({ kind: "unexpected", status, what }, where);
  if (text.trim() === "") {
    throw unexpected("nothing");
  }
  if (/^\s*<(?:!doctype|html|head|body)/i.test(text)) {
    throw unexpected("a web page");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw unexpected(`something that is not JSON: ${oneLine(text)}`);
  }
}

/** Anything that a server says as one short line. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LONGEST_SAID ? `${line.slice(0, LONGEST_SAID)}…` : line;
}

function createAxios({ address, authorization, maxBytes }: HttpOptions): AxiosInstance {
  const auth = authorization === undefined ? address.credentials() : null;
  return axios.create({
    responseType: "stream",
    maxContentLength: maxBytes,
    maxBodyLength: MAX_REQUEST_BYTES,
    maxRedirects: 0,
    validateStatus: () => true,
    headers: {
      "User-Agent": "cmswatch",
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    },
    ...(auth === null ? {} : { auth }),
  });
}

function isOpenSecret({ address, authorization }: HttpOptions): boolean {
  return (authorization !== undefined || address.credentials() !== null) && !address.isSecure && !address.isLoopback;
}

function resolve(address: Address, url: string): string {
  return /^https?:/.test(url) ? url : `${address.origin}${address.pathname}${url}`;
}

async function follow(
  instance: AxiosInstance,
  { method, headers, body, signal }: HttpRequest,
  first: Address,
  { agent, redirects }: { readonly agent: object; readonly redirects: number },
): Promise<AxiosResponse<IncomingMessage>> {
  let target = first;
  for (let left = redirects; ; left--) {
    const response = await instance.request<IncomingMessage>({
      method,
      url: target.target(),
      headers: { ...headers },
      data: body,
      ...(signal === undefined ? {} : { signal }),
      ...agent,
    });
    const location = headerOf(response)("location");
    const isRedirect = REDIRECTS.includes(response.status) && location !== null;
    const next = isRedirect && URL.canParse(location, target.target()) ? new URL(location, target.target()) : null;
    const keepsMethod = method === "GET" || response.status === 307 || response.status === 308;
    if (left <= 0 || !keepsMethod || next?.origin !== target.origin) {
      return response;
    }
    response.data.destroy();
    target = target.at(next.href);
  }
}

function headerOf(response: AxiosResponse<unknown>): (name: string) => string | null {
  return (name) => {
    const value: unknown = own(response.headers, name);
    return typeof value === "string" && value !== "" ? value : null;
  };
}

/** The bytes of an answer; its stream is closed in every case, so that no connection is held. */
async function* guarded(stream: IncomingMessage, fail: (error: unknown) => unknown): AsyncGenerator<Uint8Array> {
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw fail(error);
  } finally {
    stream.destroy();
  }
}

/** The beginning of a refusal's body: what the server says of it. */
async function firstPart(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const blocks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const block of bytes) {
      blocks.push(block);
      length += block.length;
      if (length >= MAX_REFUSAL_BYTES) {
        break;
      }
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(blocks).toString("utf8");
}

/** Our own secrets out of what a server repeats of the request. */
function scrub(text: string, { address, authorization }: HttpOptions): string {
  const credentials = address.credentials();
  const secrets = [authorization, authorization?.split(/[ =]/).at(-1), credentials?.password].filter(
    (secret): secret is string => secret !== undefined && secret.length >= 3,
  );
  return secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
}

function refusal(
  status: number,
  said: string,
  location: string | null,
  retryAfter: number | null,
  where: string,
): HttpFault {
  if (REDIRECTS.includes(status)) {
    const origin = location !== null && URL.canParse(location, where) ? new URL(location, where).origin : null;
    return new HttpFault({ kind: "elsewhere", status, origin }, where);
  }
  return new HttpFault({ kind: "refused", status, said: saidOf(said), retryAfter }, where);
}

/** The sentence in a refusal's body: the usual fields of JSON errors, the title of a page, else the text itself. */
function saidOf(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    return oneLine(messageIn(value) ?? (typeof value === "string" ? value : JSON.stringify(value)));
  } catch {
    return oneLine(/<title[^>]*>([^<]*)</i.exec(body)?.[1] ?? (/^\s*</.test(body) ? "" : body));
  }
}

function messageIn(value: unknown): string | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const fields = value as Record<string, unknown>;
  const { errorMessages } = fields;
  if (Array.isArray(errorMessages) && errorMessages.length > 0) {
    return errorMessages.filter((part) => typeof part === "string").join("; ");
  }
  const { error, errorType } = fields;
  if (typeof error === "object" && error !== null) {
    const { type, reason } = error as Record<string, unknown>;
    return [type, reason].filter((part) => typeof part === "string").join(": ");
  }
  const named = ["message", "error", "errorMessage", "detail"].map((name) => own(fields, name));
  const text = named.find((part) => typeof part === "string" && part !== "");
  return typeof text === "string" ? `${typeof errorType === "string" ? `${errorType}: ` : ""}${text}` : null;
}

function readRetryAfter(text: string | null, now: Date): number | null {
  if (text === null) {
    return null;
  }
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds * 1000);
}

/** An error that is none of the network's, without the request that axios puts into it. */
function withoutRequest(error: unknown): unknown {
  if (!axios.isAxiosError(error)) {
    return error;
  }
  return new Error(error.message);
}
