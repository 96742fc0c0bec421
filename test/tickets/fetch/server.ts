import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import type { SourceTools } from "../../../src/tickets/system.ts";
import type { Certificates } from "../../http/certificates.ts";

/** Answers requests of a test; `request` counts from 0. */
export type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server on the loopback interface, by https where certificates are given. */
export interface TestServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** Names of the client certificate of each request and of its issuer, by https. */
  readonly clients: readonly string[];
  answer(next: Answer): void;
  stop(): Promise<void>;
}

/** Starts it on a free port. */
export async function startServer(certificates?: Certificates): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const clients: string[] = [];
  let answer: Answer = (_request, response) => response.end();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    if (certificates !== undefined) {
      const peer = (request.socket as TLSSocket).getPeerCertificate(true);
      const names = [peer.subject?.CN, peer.issuerCertificate?.subject?.CN];
      clients.push(names.map((name) => [name ?? "nobody"].flat().join("/")).join(" < "));
    }
    answer(request, response, requests.length - 1);
  };
  const server =
    certificates === undefined
      ? createServer(listener)
      : createSecureServer(
          {
            cert: readFileSync(certificates.serverCert),
            key: readFileSync(certificates.serverKey),
            ca: readFileSync(certificates.ca),
            requestCert: true,
            rejectUnauthorized: false,
          },
          listener,
        );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificates === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    clients,
    answer(next) {
      requests.length = 0;
      clients.length = 0;
      answer = next;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Tools of a source whose waits are only written down, at a time that stands still. */
export function testTools(environment: NodeJS.ProcessEnv = {}): SourceTools & { readonly waits: number[]; now: Date } {
  const waits: number[] = [];
  const tools = {
    now: new Date(),
    waits,
    environment,
    temporaryFolder: "/nonexistent",
    userId: 1,
    clock: () => tools.now,
    random: () => 0.5,
    sleep: (milliseconds: number) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  };
  return tools;
}

/** Settings of a source with room for everything that tests do. */
export const SETTINGS = { timeout: 10_000, maxBytes: 1_000_000 };
