import type { IncomingMessage, ServerResponse } from "node:http";
import { parse as parseForm } from "node:querystring";
import { HTTPReceiver, type Logger } from "@slack/bolt";
import { parseJson } from "../../alert/json.ts";

/** Slack's largest requests are views, of 250,000 characters. */
const MAX_BODY = 2_000_000;
/** A request must have arrived whole by then: Slack itself gives up after three seconds. */
export const SLACK_SERVER = { requestTimeout: 15_000, connectionsCheckingInterval: 5_000 } as const;

/**
 * Bolt's receiver, which is handed only bodies of a known size that hold an object: it takes its fields without looking, and
 * a body such as `null` would end the process.
 */
export function createHttpReceiver(signingSecret: string, endpoints: string, logger: Logger): HTTPReceiver {
  const receiver = new HTTPReceiver({ signingSecret, endpoints, logger, bodyLimit: MAX_BODY });
  const handle = receiver.requestListener;
  receiver.requestListener = (request, response) => {
    readBody(request).then(
      (body) => {
        const status = body === null ? 413 : problemOf(request, body);
        if (body === null || status !== null) {
          answer(response, status ?? 400);
          return;
        }
        try {
          handle(Object.assign(request, { rawBody: body }), response);
        } catch (error) {
          logger.warn(`request was not handled: ${(error as Error).message}`);
          answer(response, 404);
        }
      },
      (error: Error) => {
        logger.debug(`request broke off: ${error.message}`);
        response.destroy();
      },
    );
  };
  return receiver;
}

/** The whole body; null when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) {
      return null;
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The status to refuse a body with; null for one that Bolt may have. */
function problemOf({ method, headers }: IncomingMessage, body: Buffer): number | null {
  if (method !== "POST") {
    return null;
  }
  const text = body.toString();
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  const payload = isForm ? parseForm(text)["payload"] : text;
  if (isForm && payload === undefined) {
    return null;
  }
  try {
    const value = parseJson(String(payload));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? null : 400;
  } catch {
    return 400;
  }
}

function answer(response: ServerResponse, status: number): void {
  if (!response.headersSent) {
    response.writeHead(status, { connection: "close" }).end();
  }
}
