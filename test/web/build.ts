import { pino } from "pino";
import { Registry } from "prom-client";
import { configSchema } from "../../src/config/schema.ts";
import type { WebOptions } from "../../src/web/options.ts";
import type { Notification } from "../../src/web/webhook.ts";
import { sampleDetails } from "./sample-details.ts";
import { NOW, sampleSources } from "./sample-sources.ts";

export const TOKENS = [
  { token: "viewer-token-0123456789", name: "wall", role: "viewer" },
  { token: "operator-token-0123456789", name: "ada", role: "operator" },
  { token: "admin-token-0123456789", name: "root", role: "admin" },
] as const;

/** Options of a web server on sample data, with what it hands over kept for the test. */
export function webOptions(more: Partial<WebOptions> = {}) {
  const sample = sampleSources();
  const notifications: Notification[] = [];
  const options: WebOptions = {
    config: configSchema.parse({ web: { listen: "127.0.0.1:0", tokens: TOKENS } }).web,
    sources: { ...sample.sources, details: sampleDetails(sample.sources) },
    registry: new Registry(),
    log: pino({ level: "silent" }),
    onNotification: async (notification) => {
      notifications.push(notification);
    },
    now: () => NOW,
    ...more,
  };
  return { ...sample, notifications, options };
}
