import type { webApi } from "@slack/bolt";
import type { SeverityRanking } from "../alert/severity.ts";
import type { Permalinks } from "./delivery/permalinks.ts";
import type { Publisher } from "./delivery/publisher.ts";
import type { Subscriptions } from "./delivery/subscriptions.ts";
import type { BotParts } from "./parts.ts";
import type { People } from "./people.ts";
import type { Permissions } from "./permissions.ts";
import type { Pictures } from "./pictures/pictures.ts";

/** What every listener works at: the collaborators and the bot's own tools. */
export interface Desk extends BotParts {
  readonly client: webApi.WebClient;
  readonly publisher: Publisher;
  readonly permissions: Permissions;
  readonly people: People;
  readonly subscriptions: Subscriptions;
  readonly permalinks: Permalinks;
  readonly severities: SeverityRanking;
  readonly pictures: Pictures;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Logs a failure and gives the reference under which the log has it. */
  readonly report: (error: unknown, what: string) => string;
}
