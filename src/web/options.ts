import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { Config } from "../config/schema.ts";
import type { Role } from "./actions.ts";
import type { SessionStates } from "./sessions.ts";
import type { WebSources } from "./sources.ts";
import type { Notification } from "./webhook.ts";

/** What the web server is built from. */
export interface WebOptions {
  readonly config: Config["web"];
  readonly sources: WebSources;
  readonly registry: Registry;
  readonly log: Logger;
  /** Called for each notification that Alertmanager's webhook brings. */
  readonly onNotification: (notification: Notification) => Promise<void>;
  /** Role of people on this machine without a token; `viewer` unless said. The demo gives `admin`. */
  readonly localRole?: Role;
  /** More tabs in the page's navigation, e.g. the emulated Slack workspace. */
  readonly links?: readonly { readonly title: string; readonly href: string }[];
  /** Adds routes of others before it listens; they are under the same access rules when below /api. */
  readonly mount?: (app: FastifyInstance) => void | Promise<void>;
  readonly now?: () => Date;
  /** Where ended sessions are kept; without it they are forgotten at a restart. */
  readonly states?: SessionStates;
}
