import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { Clock } from "../../src/alert/clock.ts";
import { own } from "../../src/alert/own.ts";
import type { EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { EmbeddedRefusal } from "../../src/alertmanager/embedded/refusal.ts";
import { AlertmanagerError } from "../../src/alertmanager/error.ts";
import {
  groupToWire,
  listedToWire,
  postedAlerts,
  postedSilence,
  readFilter,
  readMatchers,
  silenceToWire,
  statusToWire,
} from "./travel.ts";

const MAX_BODY_BYTES = 64_000_000;
const SILENCE_PATH = /^\/silence\/([^/]+)$/;

/** An embedded Alertmanager that other programs of this machine can talk to. */
export interface ServedEmbedded {
  /** Base address, e.g. `http://127.0.0.1:9093`. */
  readonly url: string;
  close(): Promise<void>;
}

interface Call {
  readonly embedded: EmbeddedAlertmanager;
  readonly url: URL;
  readonly body: unknown;
  readonly now: Date;
}

export interface ServeOptions {
  /** 0, the default, for any free one. */
  readonly port?: number;
  readonly clock: Clock;
}

const ROUTES: Readonly<Record<string, (call: Call) => Promise<unknown>>> = {
  "GET /alerts": async ({ embedded, url }) => embedded.listed(readFilter(url.searchParams)).map(listedToWire),
  "POST /alerts": ({ embedded, body, now }) => embedded.post(postedAlerts(body, now)),
  "GET /alerts/groups": async ({ embedded, url }) => {
    const filter = readFilter(url.searchParams);
    const listed = new Map(embedded.listed(filter).map((alert) => [alert.fingerprint, alert]));
    return (await embedded.groups(filter)).map((group) => groupToWire(group, listed));
  },
  "GET /silences": async ({ embedded, url }) =>
    (await embedded.silences(readMatchers(url.searchParams))).map(silenceToWire),
  "POST /silences": async ({ embedded, body }) => ({ silenceID: await embedded.putSilence(postedSilence(body)) }),
  "GET /status": async ({ embedded }) => statusToWire(await embedded.status()),
  "GET /receivers": async ({ embedded }) => (await embedded.receivers()).map((name) => ({ name })),
};

/** Serves Alertmanager's API v2 on 127.0.0.1. */
export async function serveEmbedded(embedded: EmbeddedAlertmanager, options: ServeOptions): Promise<ServedEmbedded> {
  const server = createServer((request, response) => {
    answer(embedded, request, options.clock()).then(
      (result) => reply(response, 200, result),
      (error: unknown) => replyError(response, error),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(embedded: EmbeddedAlertmanager, request: IncomingMessage, now: Date): Promise<unknown> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (/^\/-\/(healthy|ready)$/.test(url.pathname)) {
    return "OK";
  }
  const path = url.pathname.startsWith("/api/v2/") ? url.pathname.slice("/api/v2".length) : "";
  const [, silenceId] = SILENCE_PATH.exec(path) ?? [];
  if (silenceId !== undefined) {
    return answerSilence(embedded, request.method ?? "", silenceId);
  }
  const route = own(ROUTES, `${request.method} ${path}`);
  if (route === undefined) {
    throw new EmbeddedRefusal(404, `path ${url.pathname} was not found`);
  }
  return route({ embedded, url, now, body: request.method === "POST" ? await readJson(request) : null });
}

async function answerSilence(embedded: EmbeddedAlertmanager, method: string, id: string): Promise<unknown> {
  if (method === "DELETE") {
    return embedded.expireSilence(id);
  }
  const silence = (await embedded.silences()).find((candidate) => candidate.id === id);
  if (method !== "GET" || silence === undefined) {
    throw new EmbeddedRefusal(method === "GET" ? 404 : 405, "silence not found");
  }
  return silenceToWire(silence);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) {
      throw new EmbeddedRefusal(413, "request body too large");
    }
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new EmbeddedRefusal(400, `parsing body failed: ${(error as Error).message}`);
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

function replyError(response: ServerResponse, error: unknown): void {
  if (error instanceof EmbeddedRefusal) {
    reply(response, error.status ?? 500, error.answer);
  } else if (error instanceof z.ZodError) {
    reply(response, 400, z.prettifyError(error));
  } else {
    reply(response, 500, error instanceof AlertmanagerError ? error.what : "internal error");
  }
}
