import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { KnownBlock, View } from "@slack/types";
import { own } from "../../alert/own.ts";
import { checkLimits, checkViewLimits, type LimitedView } from "../../bot/messages/limits.ts";
import type { Faults } from "./faults.ts";
import type { Json } from "./types.ts";

/** One call of the Web API as the gate saw it. */
export interface ApiCall {
  readonly method: string;
  readonly request: Json;
  readonly answer: Json;
}

export interface GateParts {
  readonly faults: Faults;
  /** Where calls go on to; known once the emulator listens. */
  readonly upstream: () => string;
  /** The gate's own address: stands in answers wherever the emulator names itself. */
  readonly publicUrl: () => string;
  /** Tokens that are let in. */
  readonly tokens: readonly string[];
  /** What the bot's token may do: Slack tells it with every answer. */
  readonly scopes: readonly string[];
  /** Methods that the emulator lacks. */
  readonly own: Readonly<Record<string, (request: Json) => Json>>;
  /** Told of every call that succeeded. */
  readonly onCall: (call: ApiCall) => void;
  readonly onUpload: (fileId: string, bytes: Uint8Array) => void;
  /** Answers to a `response_url`. @returns an error, or null */
  readonly onResponse: (id: string, message: Json) => string | null;
}

const MAX_BODY = 20_000_000;
const REMEMBERED_CALLS = 5000;

/**
 * The workspace's front door: a Web API that checks blocks as Slack does, fails when told to, adds the methods the emulator
 * lacks, and lets everything else through to it.
 */
export function createGate(parts: GateParts): { readonly server: Server; readonly calls: readonly ApiCall[] } {
  const calls: ApiCall[] = [];
  const noted: GateParts = {
    ...parts,
    onCall: (call) => {
      calls.push(call);
      if (calls.length > REMEMBERED_CALLS) {
        calls.shift();
      }
      parts.onCall(call);
    },
  };
  const server = createServer((request, response) => {
    serve(request, response, noted).catch((error: unknown) => {
      sendJson(response, 500, { ok: false, error: "internal_error", detail: String(error) });
    });
  });
  return { server, calls };
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: GateParts): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const body = await readBody(request);
  if (url.pathname.startsWith("/response/")) {
    const error = parts.onResponse(url.pathname.slice("/response/".length), JSON.parse(body.toString("utf8")) as Json);
    sendJson(response, error === null ? 200 : 404, error === null ? { ok: true } : { ok: false, error });
  } else if (url.pathname.startsWith("/api/")) {
    await serveApi(url.pathname.slice("/api/".length), body, request, response, parts);
  } else {
    if (url.pathname.startsWith("/upload/v1/")) {
      parts.onUpload(url.pathname.slice("/upload/v1/".length), await uploadedBytes(body, request));
    }
    const answer = await forward(url.pathname + url.search, body, request, parts);
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

async function serveApi(
  method: string,
  body: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  parts: GateParts,
): Promise<void> {
  const asked = parseBody(body, request.headers["content-type"] ?? "");
  const fault = parts.faults.take(method, typeof asked["channel"] === "string" ? asked["channel"] : null);
  if (fault?.kind === "unreachable") {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === "limited") {
    response.setHeader("retry-after", String(fault.seconds));
    sendJson(response, 429, { ok: false, error: "ratelimited" });
    return;
  }
  if (fault?.kind === "broken" || fault?.kind === "refused") {
    sendJson(response, fault.kind === "broken" ? 503 : 200, {
      ok: false,
      error: fault.kind === "refused" ? fault.error : "service_unavailable",
    });
    return;
  }
  // The emulator takes any token that looks like one.
  if (!parts.tokens.some((token) => request.headers.authorization === `Bearer ${token}`)) {
    sendJson(response, 200, {
      ok: false,
      error: request.headers.authorization === undefined ? "not_authed" : "invalid_auth",
    });
    return;
  }
  response.setHeader("x-oauth-scopes", parts.scopes.join(","));
  const problems = problemsOf(method, asked);
  const special = own(parts.own, method);
  const answer: Json =
    problems.length > 0
      ? {
          ok: false,
          error: method.startsWith("views.") ? "invalid_view" : "invalid_blocks",
          response_metadata: { messages: problems },
        }
      : special !== undefined
        ? special(asked)
        : await passOn(method, body, request, parts);
  if (answer["ok"] === true) {
    parts.onCall({ method, request: asked, answer });
  }
  if (fault?.kind === "lost") {
    request.socket.destroy();
    return;
  }
  sendJson(response, 200, answer);
}

async function passOn(method: string, body: Buffer, request: IncomingMessage, parts: GateParts): Promise<Json> {
  const answer = await forward(`/api/${method}`, body, request, parts);
  return answer.status === 404
    ? { ok: false, error: "unknown_method" }
    : (JSON.parse((await answer.text()).replaceAll(upstreamIn(parts), parts.publicUrl())) as Json);
}

/** The emulator's address as it stands in JSON. */
function upstreamIn({ upstream }: GateParts): string {
  return JSON.stringify(upstream()).slice(1, -1);
}

async function forward(
  path: string,
  body: Buffer,
  request: IncomingMessage,
  { upstream }: GateParts,
): Promise<Response> {
  const { authorization, "content-type": type } = request.headers;
  return fetch(`${upstream()}${path}`, {
    method: request.method ?? "GET",
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(type === undefined ? {} : { "content-type": type }),
    },
    ...(request.method === "GET" || request.method === "HEAD" ? {} : { body: new Uint8Array(body) }),
  });
}

function problemsOf(method: string, asked: Json): readonly string[] {
  if (method.startsWith("views.") && asked["view"] !== undefined) {
    return checkViewLimits(asked["view"] as View as LimitedView);
  }
  if (method.startsWith("chat.")) {
    const blocks = (asked["blocks"] ?? []) as KnownBlock[];
    const attachments = ((asked["attachments"] ?? []) as { blocks?: KnownBlock[] }[]).map((one) => ({
      color: "",
      fallback: "",
      blocks: one.blocks ?? [],
    }));
    return checkLimits({ blocks, attachments });
  }
  return [];
}

/** Arguments come as a form whose structured values are JSON, or as JSON. */
export function parseBody(body: Buffer, contentType: string): Json {
  const text = body.toString("utf8");
  if (contentType.includes("json")) {
    return (text === "" ? {} : JSON.parse(text)) as Json;
  }
  return Object.fromEntries([...new URLSearchParams(text)].map(([name, value]) => [name, parseValue(value)]));
}

function parseValue(value: string): unknown {
  if (!/^[[{]/.test(value)) {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

async function uploadedBytes(body: Buffer, request: IncomingMessage): Promise<Uint8Array> {
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) {
    return body;
  }
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  for (const [, value] of form) {
    if (typeof value !== "string") {
      return new Uint8Array(await value.arrayBuffer());
    }
  }
  return new Uint8Array();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) {
      throw new Error(`a body of more than ${MAX_BODY} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sendJson(response: ServerResponse, status: number, data: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(data));
}
