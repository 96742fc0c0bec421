import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { rootCertificates } from "node:tls";
import axios, { type AxiosInstance, type AxiosResponse, isAxiosError } from "axios";
import type { z } from "zod";
import { UserError } from "../alert/user-error.ts";
import { AlertmanagerError, hintForCode, hintForStatus } from "./error.ts";

/** Largest answer that is read: some hundred thousand alerts. */
const MAX_ANSWER_BYTES = 256_000_000;
const MAX_REQUEST_BYTES = 64_000_000;
const RETRIES = 2;
const FIRST_WAIT = 200;
/** Codes of a request that never reached the server: safe to repeat whatever it does. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

export interface HttpOptions {
  /** How long one request may take, in milliseconds. */
  readonly timeout: number;
  readonly token?: string | undefined;
  readonly tls?:
    | { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined }
    | undefined;
  /** Waits between tries; handed in so that tests need not. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** 0 to 1, spreads the tries of several clients. */
  readonly random: () => number;
}

export interface HttpRequest<T extends z.ZodType> {
  readonly method: "GET" | "POST" | "DELETE";
  /** After the base address, e.g. `/api/v2/alerts`. */
  readonly path: string;
  readonly body?: unknown;
  /** Schema of the answer. */
  readonly answer: T;
  /** True when sending it twice is the same as sending it once. */
  readonly isIdempotent: boolean;
}

/** Sends requests to one Alertmanager and gives their parsed answers. @throws AlertmanagerError */
export type SendRequest = <T extends z.ZodType>(request: HttpRequest<T>) => Promise<z.output<T>>;

/**
 * One Alertmanager's HTTP: verified TLS, time and size limits, retries with growing waits for what may be repeated.
 * @param address base address; credentials in it are used where there is no token, and never shown
 * @throws UserError when a certificate file cannot be read
 */
export function createSender(address: string, options: HttpOptions): SendRequest {
  const shown = withoutCredentials(address);
  const http = createAxios(address, options);
  return async (request) => {
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await http.request({ method: request.method, url: request.path, data: request.body });
        return readAnswer(request.answer, response, shown);
      } catch (error) {
        const fault = toAlertmanagerError(error, shown);
        if (attempt >= RETRIES || !mayRepeat(request.isIdempotent, fault, error)) {
          throw fault;
        }
        await options.sleep(FIRST_WAIT * 2 ** attempt * (0.5 + options.random()));
      }
    }
  };
}

/** The address as it may be shown and logged. */
export function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  return url.toString().replace(/\/$/, "");
}

function createAxios(address: string, options: HttpOptions): AxiosInstance {
  const { username, password } = new URL(address);
  const auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return axios.create({
    baseURL: withoutCredentials(address),
    timeout: options.timeout,
    maxContentLength: MAX_ANSWER_BYTES,
    maxBodyLength: MAX_REQUEST_BYTES,
    maxRedirects: 0,
    headers: {
      Accept: "application/json",
      ...(options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }),
    },
    ...(options.token === undefined && username !== "" ? { auth } : {}),
    ...(address.startsWith("https:") ? { httpsAgent: createTlsAgent(options.tls) } : {}),
  });
}

function createTlsAgent(tls: HttpOptions["tls"]): Agent {
  const read = (key: "ca" | "cert" | "key") => {
    const file = tls?.[key];
    return file === undefined ? undefined : readPem(file, `alertmanager.tls.${key}`);
  };
  const ca = read("ca");
  const cert = read("cert");
  const key = read("key") ?? cert;
  return new Agent({
    keepAlive: true,
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(cert === undefined ? {} : { cert, key }),
  });
}

function readPem(file: string, key: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(`${file} cannot be read (${code})`, key, "check the path and its permissions", {
      cause: error,
    });
  }
}

function readAnswer<T extends z.ZodType>(schema: T, response: AxiosResponse<unknown>, address: string): z.output<T> {
  const result = schema.safeParse(response.data);
  if (!result.success) {
    const issue = result.error.issues[0];
    const place = issue?.path.join(".") ?? "";
    throw new AlertmanagerError(
      `answered with something that is not its API v2 (${place === "" ? "the answer" : place}: ${issue?.message})`,
      address,
      response.status,
      "check that the address is an Alertmanager's and that no login page stands before it",
    );
  }
  return result.data;
}

function mayRepeat(isIdempotent: boolean, fault: AlertmanagerError, error: unknown): boolean {
  const neverSent = isAxiosError(error) && NEVER_SENT.has(error.code ?? "");
  return fault.isTemporary && (isIdempotent || neverSent);
}

/** What axios threw, without the request it holds: that has the token in it. */
function toAlertmanagerError(error: unknown, address: string): AlertmanagerError {
  if (error instanceof AlertmanagerError) {
    return error;
  }
  if (!isAxiosError(error)) {
    throw error;
  }
  if (error.response !== undefined) {
    const { status, data } = error.response as AxiosResponse<unknown>;
    return new AlertmanagerError(`answered ${status}${quoteBody(data)}`, address, status, hintForStatus(status));
  }
  const code = error.code ?? "no code";
  return new AlertmanagerError(`cannot be reached (${code})`, address, null, hintForCode(code));
}

function quoteBody(data: unknown): string {
  const text = typeof data === "string" ? data : JSON.stringify(data ?? "");
  const line = text.replace(/^"|"$/g, "").replace(/\s+/g, " ").trim();
  return line === "" ? "" : `: ${line.length > 300 ? `${line.slice(0, 300)}…` : line}`;
}
