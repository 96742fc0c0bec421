import type { Clock } from "../../alert/clock.ts";
import { UserError } from "../../alert/user-error.ts";
import type { Config } from "../../config/schema.ts";
import type { Schedule } from "../load.ts";
import { NotDelivered, type PageMessage } from "../pages.ts";
import { createEmailWay } from "./email.ts";
import type { PageWay } from "./way.ts";
import { createWebhookWay } from "./webhook.ts";

/** Ways by name. */
export type Ways = ReadonlyMap<string, PageWay>;

/**
 * The configured ways, and Slack.
 * @param slack brings a page to Slack; null where Slack is not configured @throws UserError for a way that cannot be
 */
export function openWays(
  config: Pick<Config, "ways" | "web">,
  slack: ((page: PageMessage) => Promise<void>) | null,
  clock: Clock,
): Ways {
  const { email, webhooks } = config.ways;
  const webUrl = config.web.baseUrl ?? null;
  const ways: readonly PageWay[] = [
    { name: "slack", send: slack ?? noSlack },
    ...(email === undefined ? [] : [createEmailWay(email, webUrl, clock)]),
    ...Object.entries(webhooks).map(([name, settings]) => createWebhookWay(name, settings, webUrl, clock)),
  ];
  return new Map(ways.map((way) => [way.name, way]));
}

/** @throws UserError when the schedule names a way that is not configured, with what to do */
export function checkWays(schedule: Schedule, { ways }: Pick<Config, "ways">): void {
  const known = ["slack", ...(ways.email === undefined ? [] : ["email"]), ...Object.keys(ways.webhooks)];
  const named = [
    ...(schedule.ways ?? []).map(({ via }) => via),
    ...schedule.people.flatMap((person) => (person.ways ?? []).map(({ via }) => via)),
    ...Object.values(schedule.escalations).flatMap(({ steps }) =>
      steps.flatMap(({ webhook, email }) => webhook ?? (email === undefined ? [] : ["email"])),
    ),
  ];
  const wrong = named.find((via) => !known.includes(via));
  if (wrong !== undefined) {
    throw new UserError(
      `names the way "${wrong}", which is not configured`,
      schedule.source,
      `configure it under \`ways\`, or use one of: ${known.join(", ")}`,
    );
  }
}

async function noSlack(): Promise<void> {
  throw new NotDelivered("Slack is not configured", true);
}
