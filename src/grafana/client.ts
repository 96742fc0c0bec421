import { LRUCache } from "lru-cache";
import { z } from "zod";
import { Address } from "../alert/address.ts";
import { type Clock, steadyTime } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import type { Config } from "../config/schema.ts";
import { checkCertificates, createHttpClient, jsonOf } from "../http/client.ts";
import { HttpFault } from "../http/fault.ts";

const HEADERS = { Accept: "application/json", "Content-Type": "application/json" };
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
  const settings = {
    address: Address.from(config.url),
    section: "grafana",
    authorization: config.token === undefined ? undefined : `Bearer ${config.token}`,
    tls: config.tls,
    timeout: TIMEOUT,
    maxBytes: MAX_BYTES,
  };
  checkCertificates(settings);
  const http = createHttpClient(settings);
  const cache = new LRUCache<string, { readonly at: number; readonly dashboards: readonly Dashboard[] }>({
    max: MAX_CACHED_TAGS,
  });

  async function call<T>(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    answer: z.ZodType<T>,
    body?: unknown,
  ): Promise<T> {
    const where = `${http.shown}${path.split("?")[0]}`;
    try {
      return answer.parse(jsonOf(await http.request({ method, url: path, body, headers: HEADERS }), where));
    } catch (error) {
      throw toGrafanaError(error, where);
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
      await call("PUT", `/api/annotations/${id}`, changedSchema, toBody(content));
    },
    async remove(id) {
      try {
        await call("DELETE", `/api/annotations/${id}`, changedSchema);
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

/** What Grafana says of a change that it carried out. */
const changedSchema = z.object({ message: z.string() });

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

/** In words that say what to do about it here. */
function toGrafanaError(error: unknown, where: string): GrafanaError {
  if (!(error instanceof HttpFault)) {
    const what = `answers something unexpected (${(error as Error).message})`;
    return new GrafanaError(what, where, "is this Grafana?", null);
  }
  const { reason, status } = error;
  switch (reason.kind) {
    case "refused": {
      const said = reason.said === "" ? "" : `: ${reason.said}`;
      return new GrafanaError(
        `refused with ${reason.status}${said}`,
        where,
        HINTS[reason.status] ?? "see Grafana's log",
        status,
      );
    }
    case "unreachable":
    case "untrusted":
      return new GrafanaError(
        `cannot be reached (${reason.code})`,
        where,
        "check `grafana.url` and that Grafana runs",
        null,
      );
    case "late":
      return new GrafanaError(error.what, where, "check that Grafana runs and is not overloaded", null);
    default:
      return new GrafanaError(error.what, where, "check `grafana.url` and `grafana.token`: is this Grafana?", status);
  }
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
