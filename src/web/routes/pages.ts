import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "../problem.ts";
import { loadStatic, type StaticFile } from "../static.ts";

/** Addresses of pages; the page itself chooses what to show by the address. */
const PAGE_PATHS = [
  "/",
  "/services/:name",
  "/alerts",
  "/groups/:id",
  "/history",
  "/anomalies",
  "/anomalies/:id",
  "/transfers",
  "/dqm",
  "/dqm/:run",
  "/silences",
  "/oncall",
  "/models",
  "/noise",
  "/audit",
  "/runbooks/:id",
  "/sign-in",
];

const MAX_SHOWN = 200;
const HEADERS = {
  "content-security-policy":
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "no-cache",
} as const;

/** The dashboard's files. They hold no data, so anybody may load them (and sign in there). */
export function registerPages(app: FastifyInstance): void {
  const files = loadStatic();
  for (const [path, file] of files) {
    app.get(path, { config: { open: true } }, (request, reply) => send(request, reply, file));
  }
  const page = files.get("/assets/index.html");
  if (page === undefined) {
    throw new Error("the dashboard is missing from this installation: run `npm run build`");
  }
  // Links that older versions put into alerts and messages.
  app.get("/quality", { config: { open: true } }, (_request, reply) => reply.redirect("/dqm", 301));
  app.get<{ Params: { run: string } }>("/quality/:run", { config: { open: true } }, ({ params }, reply) =>
    reply.redirect(`/dqm/${encodeURIComponent(params.run)}`, 301),
  );
  registerNotFound(app, page);
  for (const path of PAGE_PATHS) {
    app.get(path, { config: { open: true } }, (request, reply) => send(request, reply, page));
  }
}

/** An unknown address is a page with a way back for people, and an error object for programs. */
function registerNotFound(app: FastifyInstance, page: StaticFile): void {
  app.setNotFoundHandler({}, (request, reply) => {
    const isPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
    if (isPage && !request.url.startsWith("/api/")) {
      return send(request, reply.code(404), page);
    }
    return refuse(reply, 404, `not found: ${request.url.slice(0, MAX_SHOWN)}`, "see /api/v1/openapi.json");
  });
}

function send(request: FastifyRequest, reply: FastifyReply, file: StaticFile): FastifyReply {
  reply.headers({ ...HEADERS, etag: file.etag }).type(file.type);
  return request.headers["if-none-match"] === file.etag ? reply.code(304).send() : reply.send(file.body);
}
