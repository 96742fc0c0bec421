import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { type Clock, steadyTime } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import type { Config } from "../config/schema.ts";

const TIMEOUT = 10_000;
const MAX_BYTES = 20_000_000;
const MAX_ANNOTATIONS = 5000;
const MAX_DASHBOARDS = 5000;
const MAX_CACHED_TAGS = 100;

/** A dashboard that can be annotated: by uid, in old versions of Grafana by id. */
export interface Dashboard {
  readonly uid: string | null;
  readonly id: number | null;
  readonly title: string;
}

/** An annotation on a dashboard. */
export interface Annotation {
  readonly id: number;
  readonly dashboardUid: string | null;
  readonly dashboardId: number | null;
  readonly time: Date;
  /** Equal to `time` for a point in time. */
  readonly timeEnd: Date;
  readonly text: string;
  readonly tags: readonly string[];
}

export type AnnotationContent = Pick<Annotation, "time" | "timeEnd" | "text" | "tags">;

/** What cmswatch needs of Grafana's HTTP API. Every method throws GrafanaError when Grafana refuses or is away. */
export interface Grafana {
  /** Dashboards with the tag; cached. */
  dashboards(tag: string): Promise<readonly Dashboard[]>;
  /** Annotations that carry all of the tags and lie, at least partly, between the two times. */
  annotations(tags: readonly string[], from: Date, to: Date): Promise<readonly Annotation[]>;
  /** Gives the annotation's id. */
  create(dashboard: Dashboard, content: AnnotationContent): Promise<number>;
  update(id: number, content: AnnotationContent): Promise<void>;
  /** Also well when it is gone already. */
  remove(id: number): Promise<void>;
}

/**
 * The client for the configured Grafana.
 * @throws UserError when no address is configured or a certificate cannot be read
 */
export function createGrafanaClient(config: Config["grafana"], clock: Clock): Grafana {
  if (config.url === undefined) {
    throw new UserError("is not set", "grafana.url", "name Grafana's address, e.g. https://grafana.example.org");
  }
  const url = config.url.replace(/\/$/, "");
  const http = createAxios(url, config);
  const cache = new LRUCache<string, { readonly at: number; readonly dashboards: readonly Dashboard[] }>({
    max: MAX_CACHED_TAGS,
  });

  async function call<T extends z.ZodType>(
    method: string,
    path: string,
    answer: T | null,
    body?: unknown,
  ): Promise<z.output<T>> {
    try {
      const response = await http.request({ method, url: path, data: body });
      return (answer === null ? undefined : answer.parse(response.data)) as z.output<T>;
    } catch (error) {
      throw toGrafanaError(error, `${url}${path.split("?")[0]}`);
    }
  }

  return {
    async dashboards(tag) {
      const known = cache.get(tag);
      if (known !== undefined && steadyTime(clock) - known.at < config.dashboardsFor) {
        return known.dashboards;
      }
      const query = new URLSearchParams({ tag, type: "dash-db", limit: String(MAX_DASHBOARDS) });
      const found = await call("GET", `/api/search?${query}`, dashboardsSchema);
      const dashboards = found.map(({ uid, id, title }) => ({
        uid: uid === "" ? null : (uid ?? null),
        id: id ?? null,
        title,
      }));
      cache.set(tag, { at: steadyTime(clock), dashboards });
      return dashboards;
    },
    async annotations(tags, from, to) {
      const query = new URLSearchParams({
        from: String(from.getTime()),
        to: String(to.getTime()),
        type: "annotation",
        limit: String(MAX_ANNOTATIONS),
      });
      for (const tag of tags) {
        query.append("tags", tag);
      }
      const found = await call("GET", `/api/annotations?${query}`, annotationsSchema);
      if (found.length >= MAX_ANNOTATIONS) {
        throw new GrafanaError(
          `gives ${MAX_ANNOTATIONS} annotations or more`,
          "/api/annotations",
          "ask for a shorter time",
          null,
        );
      }
      return found.map(toAnnotation);
    },
    async create(dashboard, content) {
      const { uid, id } = dashboard;
      const send = async (place: Record<string, unknown>) =>
        (await call("POST", "/api/annotations", createdSchema, { ...place, ...toBody(content) })).id;
      if (uid === null || id === null) {
        return send(uid === null ? { dashboardId: id } : { dashboardUID: uid });
      }
      try {
        // A version that does not know the uid would ignore it and annotate the whole organisation: the id goes with it.
        return await send({ dashboardUID: uid, dashboardId: id });
      } catch (error) {
        if (error instanceof GrafanaError && error.status !== null && [400, 404, 422].includes(error.status)) {
          return send({ dashboardId: id });
        }
        throw error;
      }
    },
    async update(id, content) {
      await call("PUT", `/api/annotations/${id}`, null, toBody(content));
    },
    async remove(id) {
      try {
        await call("DELETE", `/api/annotations/${id}`, null);
      } catch (error) {
        if (!(error instanceof GrafanaError && error.status === 404)) {
          throw error;
        }
      }
    },
  };
}

function toBody({ time, timeEnd, text, tags }: AnnotationContent) {
  return { time: time.getTime(), timeEnd: timeEnd.getTime(), text, tags: [...tags] };
}

function toAnnotation(wire: z.output<typeof annotationsSchema>[number]): Annotation {
  return {
    id: wire.id,
    dashboardUid: wire.dashboardUID ?? null,
    dashboardId: wire.dashboardId ?? null,
    time: new Date(wire.time),
    timeEnd: new Date(
      wire.timeEnd === null || wire.timeEnd === undefined || wire.timeEnd === 0 ? wire.time : wire.timeEnd,
    ),
    text: wire.text,
    tags: wire.tags ?? [],
  };
}

function createAxios(url: string, config: Config["grafana"]): AxiosInstance {
  return axios.create({
    baseURL: url,
    timeout: TIMEOUT,
    maxContentLength: MAX_BYTES,
    maxRedirects: 0,
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      ...(config.token === undefined ? {} : { Authorization: `Bearer ${config.token}` }),
    },
    ...(config.tls === undefined ? {} : { httpsAgent: createAgent(config.tls) }),
  });
}

function createAgent(tls: NonNullable<Config["grafana"]["tls"]>): Agent {
  const read = (key: "ca" | "cert" | "key") => {
    const file = tls[key];
    try {
      return file === undefined ? {} : { [key]: readFileSync(file) };
    } catch (error) {
      throw new UserError(`cannot be read: ${file}`, `grafana.tls.${key}`, "check the path and its permissions", {
        cause: error,
      });
    }
  };
  return new Agent({ keepAlive: true, ...read("ca"), ...read("cert"), ...read("key") });
}

/** Grafana refused something or cannot be reached. */
export class GrafanaError extends UserError {
  override readonly name = "GrafanaError";
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;

  constructor(what: string, where: string, hint: string, status: number | null, options?: ErrorOptions) {
    super(what, where, hint, options);
    this.status = status;
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: "check `grafana.token`",
  403: "the token's account may not do this: give it the role Editor or the permission annotations:write",
  404: "check `grafana.url`, with the path under which Grafana is served",
  429: "it asks to slow down: it is tried again at the next cycle",
};

/** What went wrong, as one line for people. @param where address and path, without secrets */
export function toGrafanaError(error: unknown, where: string): GrafanaError {
  if (!isAxiosError(error)) {
    return new GrafanaError(
      `answers something unexpected (${(error as Error).message})`,
      where,
      "is this Grafana?",
      null,
      { cause: error },
    );
  }
  const status = error.response?.status ?? null;
  if (status === null) {
    return new GrafanaError(
      `cannot be reached (${error.code ?? error.message})`,
      where,
      "check `grafana.url` and that Grafana runs",
      null,
    );
  }
  const said: unknown = (error.response?.data as { message?: unknown } | undefined)?.message;
  const what = `refused with ${status}${typeof said === "string" ? `: ${said.slice(0, 200)}` : ""}`;
  return new GrafanaError(what, where, HINTS[status] ?? "see Grafana's log", status);
}

/** A dashboard of `GET /api/search`; old versions give no uid, new ones may give no id. */
export const dashboardSchema = z.object({
  id: z.int().optional(),
  uid: z.string().optional(),
  title: z.string(),
  tags: z.array(z.string()).nullish(),
});
export const dashboardsSchema = z.array(dashboardSchema);

/** An annotation of `GET /api/annotations`; times in Unix milliseconds. */
export const annotationSchema = z.object({
  id: z.int(),
  dashboardUID: z.string().nullish(),
  dashboardId: z.int().nullish(),
  time: z.number(),
  timeEnd: z.number().nullish(),
  text: z.string().default(""),
  tags: z.array(z.string()).nullish(),
});
export const annotationsSchema = z.array(annotationSchema);

/** Answer of `POST /api/annotations`. */
export const createdSchema = z.object({ id: z.int() });
