import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import type { ServiceEvents } from "../alert/service-events.ts";
import type { SeverityRanking } from "../alert/severity.ts";
import type { Bot } from "../bot/app.ts";
import { createAnnouncements } from "../bot/delivery/announcements.ts";
import type { BotParts, SlackSettings } from "../bot/parts.ts";
import { createSlackWatch } from "../bot/setup/slack-watch.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { DqmRecord } from "../dqm/service/record.ts";
import type { Oncall } from "../oncall/service.ts";
import type { Actions } from "../operations/actions-types.ts";
import type { Events } from "../runtime/events.ts";
import { createLoop, type Loop } from "../runtime/loop.ts";
import type { CurrentState } from "../status/current-state.ts";
import type { StatusSource } from "../status/status-types.ts";
import type { Store } from "../store/store.ts";
import type { TransferService } from "../transfers/service/service.ts";

/** How quickly Slack is written to. */
export type SlackPace = Partial<Pick<SlackSettings, "spacing" | "batchFor" | "timeout">> & Pick<BotParts, "sleep">;

export interface BotStart {
  readonly config: Config["slack"];
  readonly severities: SeverityRanking;
  readonly status: StatusSource;
  readonly actions: Actions;
  readonly oncall: Pick<Oncall, "desk" | "duties" | "person">;
  readonly dqm: DqmRecord;
  /** Null where transfers are not watched. */
  readonly transfers: Pick<TransferService, "lines"> | null;
  readonly current: Pick<CurrentState, "sources" | "setSource">;
  readonly events: Pick<Events<ServiceEvents>, "on" | "onNewest">;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly webUrl: string;
  readonly pace: SlackPace;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The bot with what it does again and again. */
export interface RunningBot extends Pick<Bot, "start" | "stop" | "flush" | "deliver" | "quietPeople"> {
  readonly loops: readonly Loop[];
}

const CHECK_EVERY = 30_000;
const ANNOUNCE_EVERY = 15_000;

/**
 * The bot where Slack is configured, not started. Slack being unreachable does not keep anything else from starting: it is tried again.
 * @returns null where Slack is not configured
 */
export async function openBot(parts: BotStart): Promise<RunningBot | null> {
  const { config, current, events, dqm, clock, log } = parts;
  if (config.botToken === undefined || (config.appToken === undefined && config.signingSecret === undefined)) {
    const because = "no slack.botToken with an appToken or signingSecret";
    current.setSource({ name: "slack", state: "off", at: null, because });
    return null;
  }
  const bot = await buildBot(parts, config.botToken);
  events.onNewest("groups seen", "slack", async ({ groups }) => {
    for (const group of groups) {
      await bot.publish(group);
    }
  });
  events.on("run ended", "slack", async ({ run }) => {
    const report = await dqm.report(run);
    await (report === null ? undefined : bot.runSummary(report));
  });
  const check = createSlackWatch(bot, { current, clock });
  const { store, status, oncall } = parts;
  const { duties, person } = oncall;
  const announce = createAnnouncements({ announcer: bot, store, status, duties, person, config, clock, log });
  return {
    ...bot,
    loops: [
      createLoop({ name: "slack", every: CHECK_EVERY, run: check, clock, log }),
      createLoop({ name: "messages by the clock", every: ANNOUNCE_EVERY, run: announce, clock, log }),
    ],
  };
}

async function buildBot(parts: BotStart, botToken: string): Promise<Bot> {
  const [{ createBot }, { drawPlot }] = await Promise.all([import("../bot/app.ts"), import("../bot/pictures/plot.ts")]);
  const { config, transfers } = parts;
  const { sleep, ...pace } = parts.pace;
  return createBot({
    slack: {
      ...pace,
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
    status: parts.status,
    actions: parts.actions,
    oncall: parts.oncall.desk,
    store: parts.store,
    dqm: parts.dqm,
    log: parts.log,
    clock: parts.clock,
    services: parts.catalogue.services.map(({ name }) => name),
    webUrl: parts.webUrl,
    severities: parts.severities,
    draw: drawPlot,
    ...(sleep === undefined ? {} : { sleep }),
    extras: transfers === null ? {} : { transfers: async (_now, about) => transfers.lines(about) },
  });
}
