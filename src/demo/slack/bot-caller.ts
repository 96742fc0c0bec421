import { createHmac } from "node:crypto";
import type { Json } from "./types.ts";

/** What the bot answered to a request of the workspace. */
export interface BotAnswer {
  readonly status: number;
  readonly body: string;
  /** Milliseconds until the acknowledgement; Slack allows 3,000. */
  readonly took: number;
}

/** Sends signed requests to the bot, as Slack does. */
export interface BotCaller {
  /** A slash command: a form. */
  form(body: string): Promise<BotAnswer>;
  /** A press or a dialogue: a form with one JSON field. */
  interaction(payload: Json): Promise<BotAnswer>;
  /** An event: JSON. */
  event(envelope: Json): Promise<BotAnswer>;
}

const TIMEOUT = 3000;

export function createBotCaller(botUrl: () => string, secret: string, clock: () => Date): BotCaller {
  const send = async (body: string, type: string): Promise<BotAnswer> => {
    const began = performance.now();
    const answer = await fetch(botUrl(), {
      method: "POST",
      headers: signedHeaders(secret, body, clock(), type),
      body,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return { status: answer.status, body: await answer.text(), took: performance.now() - began };
  };
  const FORM = "application/x-www-form-urlencoded";
  return {
    form: (body) => send(body, FORM),
    interaction: (payload) => send(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), FORM),
    event: (envelope) => send(JSON.stringify(envelope), "application/json"),
  };
}

/** Headers that prove a request comes from the workspace. Source: Slack, "Verifying requests from Slack". */
export function signedHeaders(secret: string, body: string, now: Date, contentType: string): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return {
    "content-type": contentType,
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${signature}`,
  };
}
