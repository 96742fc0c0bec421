import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { App, HTTPReceiver, type Receiver, SocketModeReceiver, webApi } from "@slack/bolt";
import type { AlertGroup, Person } from "../alert/group.ts";
import { DEFAULT_SEVERITIES } from "../alert/severity.ts";
import { UserError } from "../alert/user-error.ts";
import type { RunReport } from "../dqm/service/record.ts";
import type { Deliver } from "../oncall/pages.ts";
import { inBackground } from "../runtime/background.ts";
import { type Announcer, createAnnouncer } from "./delivery/announcer.ts";
import { createCopies } from "./delivery/copies.ts";
import { createDeliver } from "./delivery/deliver.ts";
import { createOutbox, type Outbox } from "./delivery/outbox.ts";
import { createPermalinks } from "./delivery/permalinks.ts";
import { createPoster } from "./delivery/poster.ts";
import { createPublisher } from "./delivery/publisher.ts";
import { createQuietHours, createQuietPeople } from "./delivery/quiet-hours.ts";
import { postRunSummary } from "./delivery/run-summary.ts";
import { createSubscriptions } from "./delivery/subscriptions.ts";
import type { Desk } from "./desk.ts";
import { registerActions } from "./listeners/actions/index.ts";
import { registerCommands } from "./listeners/commands/index.ts";
import { registerEvents } from "./listeners/events/index.ts";
import { registerViews } from "./listeners/views/index.ts";
import { notice } from "./messages/notice.ts";
import type { BotParts, PageRequest, PageResult, SlackSettings } from "./parts.ts";
import { createPeople } from "./people.ts";
import { createPermissions } from "./permissions.ts";
import { createPictures } from "./pictures/pictures.ts";
import { drawPlot } from "./pictures/plot.ts";
import { boltLogger } from "./setup/bolt-logger.ts";
import { createHttpReceiver, SLACK_SERVER } from "./setup/http-receiver.ts";
import { createIdentity } from "./setup/identity.ts";

/** The Slack bot. */
export interface Bot extends Announcer {
  /**
   * Begins to listen; in Socket Mode it connects in the background. @returns the address for Slack's requests (`http://…/slack/events`), or null in Socket Mode
   * @throws UserError when the address is taken
   */
  start(): Promise<string | null>;
  /** Sends what waits and stops listening. */
  stop(): Promise<void>;
  /** Shows a group as it is now; see Publisher. Call it for every change of a group, and for all open groups after a start. */
  publish(group: AlertGroup, options?: { readonly urgent?: boolean }): Promise<void>;
  /** Direct message to a person on call; the same page is sent once. */
  page(request: PageRequest): Promise<PageResult>;
  /** Brings a message of routing to people. @throws NotDelivered when it reached nobody; routing tries again */
  readonly deliver: Deliver;
  /** Those of some people who want quiet now, by name, until when; see routing. */
  quietPeople(some: () => Promise<readonly Person[]>, now: Date): Promise<ReadonlyMap<string, Date>>;
  /** Tells of a run that is over, with its lumisection map; the same run once. */
  runSummary(report: RunReport): Promise<void>;
  /** Sends collected edits now. */
  flush(): Promise<void>;
  /** Who the bot is in Slack, asked of Slack. @throws when Slack does not answer or refuses the token */
  whoAmI(): Promise<{ readonly userId: string; readonly team: string }>;
  /** Messages that wait, by channel. */
  backlog(): ReadonlyMap<string, number>;
}

const ENDPOINT = "/slack/events";
const DEFAULT_TIMEOUT = 10_000;
const DEFAULT_SPACING = 1000;

/** Builds the bot from its parts; nothing is sent or listened to before `start`. */
export function createBot(parts: BotParts): Bot {
  const { slack, log, clock, store } = parts;
  const clientOptions = clientOptionsOf(parts);
  const client = new webApi.WebClient(slack.botToken, clientOptions);
  const identity = createIdentity(client, slack.botToken);
  const receiver = receiverOf(slack, parts);
  const app = new App({
    receiver,
    authorize: () => identity.get(),
    logger: boltLogger(log),
    clientOptions,
    extendedErrorHandler: true,
  });
  const report = reporter(parts);
  const sleep = parts.sleep ?? wait;
  const outbox = createOutbox({
    onLimited: limitNotice(parts, client),
    log,
    sleep,
    spacing: slack.spacing ?? DEFAULT_SPACING,
  });
  const people = createPeople(client, store.states);
  const quietUntil = createQuietHours(store, people, slack.timezone ?? "UTC");
  const poster = createPoster(client, outbox, store, clock);
  const permalinks = createPermalinks(client, log);
  const severities = parts.severities ?? DEFAULT_SEVERITIES;
  const subscriptions = createSubscriptions(store.states, severities, clock);
  const copies = createCopies({ subscriptions, poster, people, outbox, quietUntil, severities, clock, log });
  const publisher = createPublisher({ ...parts, client, outbox, people, poster, copies, permalinks });
  const desk: Desk = {
    ...parts,
    sleep,
    client,
    publisher,
    people,
    subscriptions,
    permalinks,
    severities,
    report,
    permissions: createPermissions(slack.permissions, client, clock),
    pictures: createPictures(client, parts.draw ?? drawPlot, log),
  };
  registerEvents(app, desk);
  registerCommands(app, desk);
  registerActions(app, desk);
  registerViews(app, desk);
  app.error(async ({ error }: { error: Error }) => {
    report(error, "a request of Slack");
  });
  const announcer = createAnnouncer({ ...parts, client, outbox, people, poster, quietUntil });
  const deliver = createDeliver({ poster, slack, page: (request) => publisher.page(request) });
  const quietPeople = createQuietPeople(store, people, quietUntil);
  const runSummary = (run: RunReport) => postRunSummary(desk, poster, run);
  return { ...announcer, deliver, quietPeople, runSummary, ...botOf(app, receiver, desk, outbox) };
}

function botOf(
  app: App,
  receiver: Receiver,
  desk: Desk,
  outbox: Outbox,
): Omit<Bot, keyof Announcer | "deliver" | "quietPeople" | "runSummary"> {
  const { publisher, slack } = desk;
  let started = false;
  return {
    async start() {
      if (!(receiver instanceof HTTPReceiver)) {
        started = true;
        inBackground(
          keepConnecting(
            () => app.start(),
            () => started,
            desk,
          ),
          desk.log,
          "connection in socket mode",
        );
        return null;
      }
      const server = await listen(receiver, slack.listen);
      started = true;
      const { address, port } = server.address() as AddressInfo;
      return `http://${address.includes(":") ? `[${address}]` : address}:${port}${ENDPOINT}`;
    },
    async stop() {
      if (started) {
        started = false;
        await Promise.race([app.stop(), wait(STOP_WITHIN, null, { ref: false })]);
      }
      await publisher.stop();
    },
    publish: (group, options) => publisher.publish(group, options),
    page: (request) => publisher.page(request),
    flush: () => publisher.flush(),
    async whoAmI() {
      const { user_id: userId = "", team = "" } = await desk.client.auth.test();
      return { userId, team };
    },
    backlog: () => outbox.backlog(),
  };
}

const STOP_WITHIN = 2000;
const CONNECT_AGAIN_AFTER = 30_000;

/** Connects in Socket Mode; while Slack is away or refuses, tries again, and the rest of cmswatch goes on. */
async function keepConnecting(
  connect: () => Promise<unknown>,
  wanted: () => boolean,
  { log, sleep }: Desk,
): Promise<void> {
  while (wanted()) {
    try {
      await connect();
      log.info({}, "connected to slack in socket mode");
      return;
    } catch (error) {
      log.error({ err: error }, "slack does not let us connect, trying again");
      await sleep(CONNECT_AGAIN_AFTER);
    }
  }
}

async function listen(receiver: HTTPReceiver, address: string) {
  const at = address.lastIndexOf(":");
  const port = Number(address.slice(at + 1));
  const host = address.slice(0, at).replace(/^\[|\]$/g, "");
  if (at <= 0 || !Number.isInteger(port)) {
    throw new UserError(
      `"${address}" is not an address`,
      "slack.listen",
      "write it as host:port, such as 127.0.0.1:8421",
    );
  }
  try {
    return await receiver.start({ host, port }, SLACK_SERVER);
  } catch (error) {
    throw new UserError(
      `cannot listen on ${address}: ${(error as Error).message}`,
      "slack.listen",
      "choose a free port",
      { cause: error },
    );
  }
}

function receiverOf({ appToken, signingSecret, apiUrl }: SlackSettings, { log }: BotParts): Receiver {
  const logger = boltLogger(log);
  if (appToken !== undefined) {
    const clientOptions = apiUrl === undefined ? {} : { slackApiUrl: apiUrl };
    return new SocketModeReceiver({ appToken, logger, installerOptions: { clientOptions } });
  }
  if (signingSecret !== undefined) {
    return createHttpReceiver(signingSecret, ENDPOINT, logger);
  }
  throw new UserError(
    "neither appToken nor signingSecret is set",
    "slack",
    "set slack.appToken for Socket Mode, or slack.signingSecret for HTTP",
  );
}

/** The client never waits by itself: our own queues do, per channel, so that one channel's limit does not hold up a page. */
function clientOptionsOf({ slack, log }: BotParts): webApi.WebClientOptions {
  const timeout = slack.timeout ?? DEFAULT_TIMEOUT;
  return {
    timeout,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: boltLogger(log),
    fetch: (url, init) => fetch(url, { signal: AbortSignal.timeout(timeout), ...init }),
    ...(slack.apiUrl === undefined ? {} : { slackApiUrl: slack.apiUrl }),
  };
}

function reporter({ log, newReference }: BotParts): Desk["report"] {
  const makeReference = newReference ?? (() => randomBytes(4).toString("hex").toUpperCase());
  return (error, what) => {
    const reference = makeReference();
    log.error({ err: error, reference, what }, "request from slack failed");
    return reference;
  };
}

/** From so many seconds on it is worth a word when messages come late. */
const TOLD_FROM = 30;

/** Once a channel goes on after Slack held it back for long, says so there once, with the place where all of it is. */
function limitNotice({ webUrl, log }: BotParts, client: webApi.WebClient) {
  const waited = new Map<string, number>();
  return (channel: string, seconds: number | null): void => {
    if (seconds !== null) {
      waited.set(channel, seconds);
      return;
    }
    const late = waited.get(channel) ?? 0;
    waited.delete(channel);
    if (late >= TOLD_FROM && channel.startsWith("C")) {
      const more = webUrl === null ? "" : ` Everything is at ${webUrl}.`;
      const text = `:hourglass: Slack held messages back for ${late} s; they are coming now.${more}`;
      client.chat.postMessage({ channel, ...notice(text) }).catch((error: unknown) => {
        log.debug({ err: error, channel }, "delay could not be told");
      });
    }
  };
}
