import { createHmac } from "node:crypto";

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
