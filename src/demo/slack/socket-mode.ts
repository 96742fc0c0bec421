import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { BotAnswer, BotCaller } from "./bot-caller.ts";
import type { Json } from "./types.ts";
import { acceptWebSocket, type WebSocketEnd } from "./websocket.ts";

/** Socket Mode's other end: apps connect, and each request goes to one of them. */
export interface SocketMode {
  /** Sends requests over a connection instead of HTTP. */
  readonly caller: BotCaller;
  /** Address that `apps.connections.open` gives out. */
  url(): string;
  connections(): number;
  close(): void;
}

const PATH = "/socket";
const PING_EVERY = 5000;
const ACKNOWLEDGED_WITHIN = 3000;

/** Takes WebSocket connections on the server of the Web API. */
export function createSocketMode(server: Server, base: () => string): SocketMode {
  const ends: WebSocketEnd[] = [];
  const waiting = new Map<string, (payload: unknown) => void>();
  let turn = 0;
  server.on("upgrade", (request, socket) => {
    if (request.url?.startsWith(PATH) !== true) {
      socket.destroy();
      return;
    }
    const onText = (text: string) => {
      const { envelope_id: id, payload } = JSON.parse(text) as { envelope_id?: string; payload?: unknown };
      waiting.get(id ?? "")?.(payload);
    };
    const end = acceptWebSocket(request, socket, onText, () => {
      ends.splice(ends.indexOf(end), 1);
    });
    ends.push(end);
    end.send(
      JSON.stringify({ type: "hello", num_connections: ends.length, connection_info: { app_id: "A0CMSWATCH1" } }),
    );
  });
  const pings = setInterval(() => {
    for (const end of ends) {
      end.ping();
    }
  }, PING_EVERY);
  pings.unref();

  const send = (type: string, payload: Json): Promise<BotAnswer> => {
    const end = ends[turn % Math.max(1, ends.length)];
    turn += 1;
    if (end === undefined) {
      return Promise.reject(new Error("no app is connected in Socket Mode"));
    }
    const id = randomUUID();
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`the app did not acknowledge within ${ACKNOWLEDGED_WITHIN} ms`));
      }, ACKNOWLEDGED_WITHIN);
      waiting.set(id, (answer) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve({
          status: 200,
          body: answer === undefined ? "" : JSON.stringify(answer),
          took: performance.now() - began,
        });
      });
      end.send(JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: type !== "events_api" }));
    });
  };
  return {
    caller: {
      form: (body) => send("slash_commands", Object.fromEntries(new URLSearchParams(body))),
      interaction: (payload) => send("interactive", payload),
      event: (envelope) => send("events_api", envelope),
    },
    url: () => `${base().replace(/^http/, "ws")}${PATH}`,
    connections: () => ends.length,
    close() {
      clearInterval(pings);
      for (const end of [...ends]) {
        end.close();
      }
    },
  };
}
