import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { MatcherSyntaxError, matchesAll, parseMatchers } from "../../alert/matcher.ts";
import { UserError } from "../../alert/user-error.ts";
import { actionSchema, type OutcomeView, outcomeView, roleFor } from "../actions.ts";
import type { Live } from "../live.ts";
import type { WebOptions } from "../options.ts";
import type { WebSources } from "../sources.ts";
import { transfersView } from "../transfer-views.ts";
import { asOfView, type GroupView, groupView, overviewView, serviceView, statusView } from "../views.ts";
import { detailEndpoints } from "./details.ts";
import { dqmEndpoints } from "./dqm.ts";
import { type Endpoint, openApi, reads, registerEndpoints, takes } from "./endpoint.ts";

const API_VERSION = "1";
const anything = z.object({});
/** Tabs of the dashboard; the first two need nothing but the overview. */
const PAGES = ["overview", "alerts", "anomalies", "silences", "oncall", "models", "noise", "audit"];

/** What the dashboard reads and does, under /api/v1; its description is at /api/v1/openapi.json. */
export function registerApi(app: FastifyInstance, options: WebOptions, live: Live): void {
  const endpoints = [
    ...overviewEndpoints(options),
    ...detailEndpoints(options.sources),
    ...dqmEndpoints(options.sources.dqm),
  ];
  registerEndpoints(app, endpoints);
  const document = openApi(endpoints, API_VERSION);
  app.get("/api/v1/openapi.json", { config: { open: true } }, async () => document);
  app.get("/api/v1/events", (request, reply) => {
    reply.hijack();
    if (!live.add(reply.raw, request.actor?.name ?? request.ip)) {
      reply.raw.writeHead(503, { "retry-after": "30" }).end("too many pages are open\n");
    }
  });
}

function overviewEndpoints({ sources, links }: WebOptions): readonly Endpoint[] {
  const me = z.object({
    actor: z.object({ name: z.string(), role: z.string() }),
    links: z.array(z.object({ title: z.string(), href: z.string() })),
    pages: z.array(z.string()).describe("Pages that this installation has data for."),
  });
  const filter = z.object({
    filter: z.string().max(5000).default("").describe('Matchers, e.g. `service="dbs", severity=~"high|critical"`.'),
  });
  return [
    reads("/api/v1/status", "How cmswatch itself is", statusView, anything, () => sources.status()),
    reads("/api/v1/me", "Who is asking", me, anything, async ({ actor }) => ({
      actor,
      links: links ?? [],
      pages: [
        ...(sources.details === undefined ? PAGES.slice(0, 2) : PAGES),
        ...(sources.transfers === undefined ? [] : ["transfers"]),
        ...(sources.dqm === undefined ? [] : ["dqm"]),
      ],
    })),
    reads(
      "/api/v1/services",
      "Every service at a glance",
      z.object({ services: z.array(serviceView) }),
      anything,
      async () => ({
        services: await sources.services(),
      }),
    ),
    reads("/api/v1/overview", "Status, services and groups at once", overviewView, anything, async () => {
      const [status, services, groups] = await Promise.all([sources.status(), sources.services(), sources.groups()]);
      return { status, asOf: sources.asOf("groups"), services, groups };
    }),
    reads(
      "/api/v1/groups",
      "Alert groups with an alert that matches",
      z.object({ groups: z.array(groupView), asOf: asOfView }),
      filter,
      async ({ query }) => ({
        groups: await filteredGroups(sources, query.filter),
        asOf: sources.asOf("groups"),
      }),
    ),
    reads(
      "/api/v1/transfers",
      "Data transfers that are slow or fail",
      transfersView,
      z.object({ site: z.string().min(1).max(200).optional().describe("A site or storage element.") }),
      async ({ query }) => (await sources.transfers?.(query.site ?? null)) ?? null,
    ),
    takes("/api/v1/actions", "Do something as a person", actionSchema, outcomeView, {
      role: roleFor,
      run: ({ body, actor }) => sources.act(body, actor),
      status: (answer) => ((answer as OutcomeView).ok ? 200 : 409),
    }),
  ];
}

/** The groups, each with those of its alerts that match; groups without any are left out. */
async function filteredGroups(sources: WebSources, filter: string): Promise<readonly GroupView[]> {
  const groups = await sources.groups();
  if (filter.trim() === "") {
    return groups;
  }
  try {
    const matchers = parseMatchers(filter);
    return groups
      .map((group) => ({ ...group, alerts: group.alerts.filter(({ labels }) => matchesAll(matchers, labels)) }))
      .filter(({ alerts }) => alerts.length > 0);
  } catch (error) {
    if (error instanceof MatcherSyntaxError) {
      throw new UserError(error.message, "filter", 'write it like service="dbs", severity!="info"', { cause: error });
    }
    throw error;
  }
}
