import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import type { SeverityRanking } from "../alert/severity.ts";
import type { Bot } from "../bot/app.ts";
import { createAnnouncements } from "../bot/delivery/announcements.ts";
import type { ExtraAnswers } from "../bot/parts.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { QualityDesk } from "../dqm/service/quality-desk.ts";
import type { Deliver } from "../oncall/pages.ts";
import type { Oncall } from "../oncall/service.ts";
import type { Lifecycle } from "../runtime/lifecycle.ts";
import { createLoop } from "../runtime/loop.ts";
import type { Store } from "../store/store.ts";
import type { Core } from "./core.ts";

export interface BotStart {
  readonly config: Config["slack"];
  readonly severities: SeverityRanking;
  readonly core: Core;
  readonly oncall: Pick<Oncall, "desk" | "duties" | "person">;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly webUrl: string;
  readonly quality: QualityDesk;
  readonly clock: Clock;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  /** What else can be asked by command. */
  readonly extras: ExtraAnswers;
}

export interface StartedBot {
  /** Address for Slack's requests; null in Socket Mode. */
  readonly address: string | null;
  readonly deliver: Deliver;
  readonly quietPeople: Bot["quietPeople"];
  readonly runSummary: Bot["runSummary"];
}

const RETRY_EVERY = 30_000;
const ANNOUNCE_EVERY = 15_000;

/**
 * Starts the bot where Slack is configured, and shows every group there from then on. Slack being away does not keep
 * anything else from starting: it is tried again.
 * @returns null where Slack is not configured
 */
export async function startBot(parts: BotStart): Promise<StartedBot | null> {
  const { config, core, clock, log, lifecycle } = parts;
  if (config.botToken === undefined || (config.appToken === undefined && config.signingSecret === undefined)) {
    core.current.setSource({
      name: "slack",
      state: "off",
      at: null,
      because: "no slack.botToken with an appToken or signingSecret",
    });
    return null;
  }
  const bot = await buildBot(parts, config.botToken);
  const reach = createLoop({ name: "slack", every: RETRY_EVERY, run: () => checkSlack(bot, core, clock), clock, log });
  const { store, oncall } = parts;
  const { duties, person } = oncall;
  const announce = createLoop({
    name: "messages by the clock",
    every: ANNOUNCE_EVERY,
    run: createAnnouncements({ announcer: bot, store, status: core.status, duties, person, config, clock, log }),
    clock,
    log,
  });
  const address = await bot.start();
  log.info({ address }, "bot listens");
  reach.start();
  announce.start();
  lifecycle.onStop("bot", async () => {
    await Promise.all([reach.stop(), announce.stop()]);
    await bot.stop();
  });
  core.listeners.push({
    name: "slack",
    groups: async (groups) => {
      for (const group of groups) {
        await bot.publish(group);
      }
    },
  });
  return { address, deliver: bot.deliver, quietPeople: bot.quietPeople, runSummary: bot.runSummary };
}

async function buildBot(parts: BotStart, botToken: string): Promise<Bot> {
  const [{ createBot }, { drawPlot }] = await Promise.all([import("../bot/app.ts"), import("../bot/pictures/plot.ts")]);
  const { config } = parts;
  return createBot({
    slack: {
      botToken,
      listen: config.listen,
      channels: config.channels,
      permissions: config.permissions,
      userGroups: config.userGroups,
      setTopic: config.setTopic,
      timezone: config.digest.timezone,
      ...(config.appToken === undefined ? {} : { appToken: config.appToken }),
      ...(config.signingSecret === undefined ? {} : { signingSecret: config.signingSecret }),
      ...(config.apiUrl === undefined ? {} : { apiUrl: config.apiUrl }),
    },
    status: parts.core.status,
    actions: parts.core.actions,
    oncall: parts.oncall.desk,
    store: parts.store,
    quality: parts.quality,
    log: parts.log,
    clock: parts.clock,
    services: parts.catalogue.services.map(({ name }) => name),
    webUrl: parts.webUrl,
    severities: parts.severities,
    draw: drawPlot,
    extras: parts.extras,
  });
}

async function checkSlack(bot: Bot, { current }: Core, clock: Clock): Promise<void> {
  try {
    const { team } = await bot.whoAmI();
    current.setSource({ name: "slack", state: "ok", at: clock(), because: `team ${team}` });
  } catch (error) {
    const last = current.sources().find(({ name }) => name === "slack")?.at ?? null;
    current.setSource({ name: "slack", state: "down", at: last, because: (error as Error).message });
  }
}
