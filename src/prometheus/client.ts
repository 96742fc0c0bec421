import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { rootCertificates } from "node:tls";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { own } from "../alert/own.ts";
import type { Config } from "../config/schema.ts";
import { type Answer, answerSchema, metadataSchema, parseValue } from "./schema.ts";
import { type MetricSource, MetricSourceError, type Sample, type Series } from "./source.ts";
import { splitRange, stitch } from "./split.ts";

const MAX_ANSWER = 200_000_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const LONGEST_SHOWN = 300;

/** How to reach a server. */
export interface PrometheusOptions {
  /** Base address, with or without `/api/v1`. */
  readonly url: string;
  /** Milliseconds one request may take. */
  readonly timeout: number;
  readonly token?: string | undefined;
  readonly tls?: Config["prometheus"]["tls"];
  /** Tries per request; what will not pass by itself is never tried again. */
  readonly tries?: number;
  readonly maxBytes?: number;
  readonly onWarning?: (warning: string, query: string) => void;
  /** Waits between tries; handed in so that tests need not. */
  readonly pause?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** A server that speaks Prometheus's API. */
export interface PrometheusClient extends MetricSource {
  /** `counter`, `gauge`, … as the server's scrapes told it; null where it does not know. Never throws. */
  metricType(metric: string): Promise<string | null>;
}

/**
 * Asks Prometheus, VictoriaMetrics, Thanos or Mimir by Prometheus's HTTP API. Ranges of more than 11,000 points a series
 * are asked in parts and joined; what may pass (network, timeout, 429, 5xx) is tried again after a growing pause.
 */
export function createPrometheusClient(options: PrometheusOptions): PrometheusClient {
  const base = options.url.replace(/\/+$/, "").replace(/\/api\/v1(\/query(_range)?)?$/, "");
  const http = axios.create({
    timeout: options.timeout,
    maxContentLength: options.maxBytes ?? MAX_ANSWER,
    maxRedirects: 3,
    validateStatus: () => true,
    headers: { ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }) },
    ...(options.tls === undefined ? {} : { httpsAgent: agent(options.tls) }),
  });
  const ask = createAsk(http, base, options);
  return {
    name: base,
    async range(query, from, to, step, signal) {
      const answers: Series[][] = [];
      for (const part of splitRange(from.getTime(), to.getTime(), step)) {
        // VictoriaMetrics moves both ends to multiples of the step unless told not to use its cache; others ignore it.
        const form = { query, start: seconds(part.from), end: seconds(part.to), step: seconds(step), nocache: "1" };
        answers.push(toSeries(await ask("query_range", form, signal), query, base));
      }
      return stitch(answers);
    },
    async instant(query, at, signal) {
      return toSamples(await ask("query", { query, time: seconds(at.getTime()) }, signal), query, base);
    },
    async metricType(metric) {
      const params = { metric, limit_per_metric: 1 };
      const answer = await http.get<unknown>(`${base}/api/v1/metadata`, { params }).catch(() => null);
      const parsed = metadataSchema.safeParse(answer?.data);
      return (parsed.success ? own(parsed.data.data, metric)?.[0]?.type : undefined) ?? null;
    },
    async reachable() {
      try {
        await createAsk(http, base, { ...options, tries: 1 })("query", { query: "1" }, undefined);
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: (error as Error).message };
      }
    },
  };
}

type Ask = (
  path: "query" | "query_range",
  form: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
) => Promise<Answer & { status: "success" }>;

function createAsk(http: AxiosInstance, base: string, options: PrometheusOptions): Ask {
  const tries = options.tries ?? 4;
  const pause = options.pause ?? wait;
  return async (path, form, signal) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await askOnce(http, `${base}/api/v1/${path}`, form, signal);
        for (const warning of answer.warnings ?? []) {
          options.onWarning?.(warning, form["query"] ?? "");
        }
        return answer;
      } catch (error) {
        if (!(error instanceof MetricSourceError) || !error.passing || attempt >= tries) {
          throw error;
        }
        await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)), signal);
      }
    }
  };
}

async function askOnce(
  http: AxiosInstance,
  url: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Answer & { status: "success" }> {
  const about = `\`${shorten(form["query"] ?? "")}\``;
  let response: { status: number; data: unknown };
  try {
    response = await http.post<unknown>(url, new URLSearchParams(form), signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(url, about, error);
  }
  const parsed = answerSchema.safeParse(response.data);
  if (parsed.success && parsed.data.status === "success" && response.status < 300) {
    return parsed.data;
  }
  throw refused(url, about, response, parsed.success ? parsed.data : null);
}

function unreachable(url: string, about: string, error: unknown): MetricSourceError {
  const code = isAxiosError(error) ? (error.code ?? error.message) : String(error);
  const tooLarge = isAxiosError(error) && /maxContentLength/.test(error.message);
  if (tooLarge) {
    return new MetricSourceError(
      `${url}: the answer to ${about} is too large — ask for fewer series or a shorter range`,
      false,
      {
        cause: error,
        tooLarge,
      },
    );
  }
  const hint =
    code === "ECONNABORTED" || code === "ETIMEDOUT"
      ? "no answer in time: raise prometheus.timeout, or make the query cheaper"
      : /CERT|SIGNATURE/.test(code)
        ? "its certificate is not trusted: name the authority in prometheus.tls.ca"
        : "check prometheus.url, and that the server runs";
  return new MetricSourceError(`${url}: asked ${about}, got ${code} — ${hint}`, !/CERT|SIGNATURE/.test(code), {
    cause: error,
  });
}

function refused(
  url: string,
  about: string,
  response: { readonly status: number; readonly data: unknown },
  answer: Answer | null,
): MetricSourceError {
  const { status, data } = response;
  const said =
    answer?.status === "error"
      ? `${answer.errorType}: ${answer.error}`
      : shorten(typeof data === "string" ? data.trim() : JSON.stringify(data ?? null));
  const hint =
    status === 401 || status === 403
      ? "check prometheus.token"
      : status === 404
        ? "prometheus.url is the base address, without /api/v1; is this a Prometheus?"
        : status === 400
          ? "fix the query"
          : status === 422
            ? "the query cannot be executed: fix it, or ask for less"
            : status === 429 || status >= 500
              ? "the server is busy or has a fault: look at its log"
              : "that is not an answer of Prometheus's API: check prometheus.url";
  return new MetricSourceError(
    `${url}: asked ${about}, got ${status} ${said} — ${hint}`,
    status === 429 || status >= 500,
    {
      tooLarge: /too many|exceed|maximum|timed? ?out/i.test(said),
    },
  );
}

function toSeries(answer: Answer & { status: "success" }, query: string, base: string): Series[] {
  if (answer.data.resultType !== "matrix") {
    throw new MetricSourceError(`${base}: \`${shorten(query)}\` gave a ${answer.data.resultType}, not series`, false);
  }
  return answer.data.result.map(({ metric, values }) => ({
    labels: metric,
    times: Float64Array.from(values, ([time]) => time),
    values: Float64Array.from(values, ([, text]) => readValue(text, query, base)),
  }));
}

function toSamples(answer: Answer & { status: "success" }, query: string, base: string): Sample[] {
  const { data } = answer;
  switch (data.resultType) {
    case "vector":
      return data.result.flatMap(({ metric, value }) =>
        value === undefined ? [] : [{ labels: metric, time: value[0], value: readValue(value[1], query, base) }],
      );
    case "scalar":
      return [{ labels: {}, time: data.result[0], value: readValue(data.result[1], query, base) }];
    default:
      throw new MetricSourceError(`${base}: \`${shorten(query)}\` gave a ${data.resultType}, not values`, false);
  }
}

function readValue(text: string, query: string, base: string): number {
  try {
    return parseValue(text);
  } catch (error) {
    const why = `${base}: in the answer to \`${shorten(query)}\`: ${(error as Error).message} — is this a Prometheus?`;
    throw new MetricSourceError(why, false, { cause: error });
  }
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}

function shorten(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function agent(tls: NonNullable<Config["prometheus"]["tls"]>): Agent {
  const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
  const cert = read(tls.cert);
  const ca = tls.ca === undefined ? {} : { ca: [...rootCertificates, readFileSync(tls.ca)] };
  return new Agent({ ...ca, cert, key: read(tls.key) ?? cert });
}

function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
