import { Address } from "../alert/address.ts";
import { own } from "../alert/own.ts";
import type { Config } from "../config/schema.ts";
import { createHttpClient, type HttpClient, jsonOf, oneLine } from "../http/client.ts";
import { HttpFault } from "../http/fault.ts";
import { withRetries } from "../http/retry.ts";
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
  readonly url: Address | string;
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
  const address = Address.from(options.url).withoutSuffix(/\/api\/v1(?:\/query(?:_range)?)?$/);
  const http = createHttpClient({
    address,
    section: "prometheus",
    authorization: options.token === undefined ? undefined : `Bearer ${options.token}`,
    tls: options.tls,
    timeout: options.timeout,
    maxBytes: options.maxBytes ?? MAX_ANSWER,
    redirects: 3,
  });
  const base = http.shown;
  const ask = createAsk(http, options);
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
      const query = new URLSearchParams({ metric, limit_per_metric: "1" });
      const path = `/api/v1/metadata?${query}`;
      const answer = await http.request({ method: "GET", url: path }).then(
        (found) => jsonOf(found, base),
        () => null,
      );
      const parsed = metadataSchema.safeParse(answer);
      return (parsed.success ? own(parsed.data.data, metric)?.[0]?.type : undefined) ?? null;
    },
    async reachable() {
      try {
        await createAsk(http, { ...options, tries: 1 })("query", { query: "1" }, undefined);
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

function createAsk(http: HttpClient, options: PrometheusOptions): Ask {
  const policy = {
    tries: options.tries ?? 4,
    firstWait: FIRST_PAUSE,
    longestWait: LONGEST_PAUSE,
    mayRetry: (error: Error) => error instanceof MetricSourceError && error.passing,
  };
  const tools = { sleep: options.pause ?? wait, random: () => 0.5 };
  return async (path, form, signal) => {
    const answer = await withRetries(() => askOnce(http, `/api/v1/${path}`, form, signal), policy, tools, signal);
    for (const warning of answer.warnings ?? []) {
      options.onWarning?.(warning, form["query"] ?? "");
    }
    return answer;
  };
}

async function askOnce(
  http: HttpClient,
  path: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Answer & { status: "success" }> {
  const where = `${http.shown}${path}`;
  try {
    const answer = await http.request({ method: "POST", url: path, body: new URLSearchParams(form), signal });
    const parsed = answerSchema.safeParse(jsonOf(answer, where));
    if (parsed.success && parsed.data.status === "success") {
      return parsed.data;
    }
    throw new HttpFault({ kind: "unexpected", status: answer.status, what: oneLine(answer.text) }, where);
  } catch (error) {
    if (!(error instanceof HttpFault)) {
      throw error;
    }
    throw toSourceError(error, `${where}: asked \`${shorten(form["query"] ?? "")}\``);
  }
}

/** In words that say what to do about it here. */
function toSourceError(fault: HttpFault, asked: string): MetricSourceError {
  const { reason } = fault;
  const failed = (what: string, hint: string, tooLarge = false) =>
    new MetricSourceError(`${asked}, got ${what} — ${hint}`, fault.isTemporary, { tooLarge });
  switch (reason.kind) {
    case "refused":
      return failed(
        `${reason.status} ${reason.said}`,
        hintForStatus(reason.status),
        /too many|exceed|maximum|timed? ?out/i.test(reason.said),
      );
    case "too large":
      return failed("too large an answer", "ask for fewer series or a shorter range", true);
    case "late":
      return failed("no answer in time", "raise prometheus.timeout, or make the query cheaper");
    case "untrusted":
      return failed(reason.code, "its certificate is not trusted: name the authority in prometheus.tls.ca");
    case "unreachable":
      return failed(reason.code, "check prometheus.url, and that the server runs");
    default:
      return failed(fault.what, "that is not an answer of Prometheus's API: check prometheus.url");
  }
}

function hintForStatus(status: number): string {
  if (status === 401 || status === 403) {
    return "check prometheus.token";
  }
  if (status === 404) {
    return "prometheus.url is the base address, without /api/v1; is this a Prometheus?";
  }
  if (status === 400) {
    return "fix the query";
  }
  if (status === 422) {
    return "the query cannot be executed: fix it, or ask for less";
  }
  return status === 429 || status >= 500
    ? "the server is busy or has a fault: look at its log"
    : "that is not an answer of Prometheus's API: check prometheus.url";
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
