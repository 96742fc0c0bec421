import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { loadStatic, type StaticFile } from "../static.ts";

/** Addresses of pages; the page itself chooses what to show by the address. */
const PAGE_PATHS = [
  "/",
  "/services/:name",
  "/alerts",
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
    throw new Error("src/web/pages/index.html is missing from this installation");
  }
  // Links that older versions put into alerts and messages.
  app.get("/quality", { config: { open: true } }, (_request, reply) => reply.redirect("/dqm", 301));
  app.get<{ Params: { run: string } }>("/quality/:run", { config: { open: true } }, ({ params }, reply) =>
    reply.redirect(`/dqm/${encodeURIComponent(params.run)}`, 301),
  );
  for (const path of PAGE_PATHS) {
    app.get(path, { config: { open: true } }, (request, reply) => send(request, reply, page));
  }
}

function send(request: FastifyRequest, reply: FastifyReply, file: StaticFile): FastifyReply {
  reply.headers({ ...HEADERS, etag: file.etag }).type(file.type);
  return request.headers["if-none-match"] === file.etag ? reply.code(304).send() : reply.send(file.body);
}
