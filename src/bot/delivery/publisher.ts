import { setTimeout as wait } from "node:timers/promises";
import type { webApi } from "@slack/bolt";
import type { Logger } from "pino";
import type { Clock } from "../../alert/clock.ts";
import type { AlertGroup } from "../../alert/group.ts";
import { own } from "../../alert/own.ts";
import { inBackground } from "../../runtime/background.ts";
import type { SlackMessage, Store } from "../../store/store.ts";
import { viewOf } from "../group-view.ts";
import { groupMessage, pageMessage } from "../messages/group.ts";
import type { GroupView } from "../messages/group-view.ts";
import type { Payload } from "../messages/payload.ts";
import type { PageRequest, PageResult, SlackSettings } from "../parts.ts";
import type { People } from "../people.ts";
import { createFallback } from "./fallback.ts";
import { createFloodGate, DEFAULT_FLOOD_RULES, type FloodRules } from "./flood.ts";
import { createFloodWriter } from "./flood-writer.ts";
import { newestMain } from "./main-message.ts";
import { type Outbox, PRIORITY } from "./outbox.ts";
import { createPager } from "./pager.ts";
import type { Permalinks } from "./permalinks.ts";
import { hashOf, type Poster } from "./poster.ts";

/** Keeps one living message per group, and pages people. */
export interface Publisher {
  /**
   * Shows the group as it is now: posts its message, or edits it. Edits are collected for a few seconds unless `urgent`.
   * Resolves when it is sent if urgent, else when it is taken; what could not be sent is tried again and never thrown.
   */
  publish(group: AlertGroup, options?: { readonly urgent?: boolean }): Promise<void>;
  /** A new message to a person; the same page (by its key) is sent once. */
  page(request: PageRequest): Promise<PageResult>;
  /** Adds to the thread of the group's message; nothing when it has none yet. */
  note(groupId: string, payload: Payload): Promise<void>;
  /** Sends what is collected, now. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export interface PublisherParts {
  readonly client: webApi.WebClient;
  readonly outbox: Outbox;
  readonly poster: Poster;
  readonly people: People;
  readonly permalinks: Permalinks;
  /** Shows a group to those who subscribed. */
  readonly copies: (view: GroupView, known: readonly SlackMessage[]) => Promise<void>;
  readonly store: Store;
  readonly log: Logger;
  readonly clock: Clock;
  readonly slack: SlackSettings;
  readonly webUrl: string | null;
  readonly flood?: FloodRules;
}

const FLOOD_CHECK = 15_000;
const DEFAULT_BATCH = 3000;
const STOP_WITHIN = 5000;
const RETRY_AFTER = 30_000;
const PAGED_BEFORE = "You were paged for this.";

export function createPublisher(parts: PublisherParts): Publisher {
  const { store, log, clock, slack, outbox, poster, client, webUrl } = parts;
  /** Newest state of each group that waits to be shown: bounded by the number of groups. */
  const pending = new Map<string, AlertGroup>();
  /** Groups that another replica is about to post: looked at again at the next flush. */
  const waiting = new Map<string, AlertGroup>();
  const showing = new Map<string, Promise<void>>();
  const floods = createFloodGate(parts.flood ?? DEFAULT_FLOOD_RULES);
  const pager = createPager(parts);
  const postWithFallback = createFallback(parts);
  const showFlood = createFloodWriter(floods, poster, slack.channels["default"], webUrl);
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  const arm = (after: number) => {
    if (timer === null && !stopped) {
      timer = setTimeout(() => {
        timer = null;
        inBackground(flush(), log, "flush of slack messages");
      }, after);
      timer.unref();
    }
  };

  const postNew = async (view: GroupView): Promise<void> => {
    const { group } = view;
    if (floods.admit(group, clock()) === "summary") {
      await showFlood();
      arm(FLOOD_CHECK);
      return;
    }
    await postOwn(view);
  };

  const postOwn = async (view: GroupView): Promise<void> => {
    const { group } = view;
    const wanted =
      (group.service === null ? undefined : own(slack.channels, group.service)) ?? slack.channels["default"];
    if (wanted === undefined) {
      log.error({ group: group.id }, "no channel for alerts: set slack.channels.default");
      return;
    }
    const posting = { key: `group/${group.id}`, groupId: group.id, kind: "group", priority: PRIORITY.alert } as const;
    const posted = await postWithFallback(wanted, (channel) =>
      poster.post({ ...posting, channel }, groupMessage(view)),
    );
    if (posted !== null && posted.hash !== hashOf(groupMessage(view))) {
      await poster.edit(posted, groupMessage(view), PRIORITY.edit);
    }
    if (posted !== null) {
      await parts.copies({ ...view, permalink: await parts.permalinks(posted) }, [posted]);
    } else {
      // Another replica is at it: its message is edited to the newest state once it is there.
      waiting.set(group.id, group);
      arm(RETRY_AFTER);
    }
  };

  const show = async (group: AlertGroup): Promise<void> => {
    const view = await viewOf(group, store, webUrl, clock());
    const messages = await store.messages.of(group.id);
    const main = newestMain(messages);
    const pages = messages.filter(({ kind }) => kind === "page");
    const isElsewhere = messages.some(({ kind }) => kind === "page" || kind === "copy");
    const permalink = main === undefined || !isElsewhere ? null : await parts.permalinks(main);
    const asPage = { ...view, permalink, pageReason: PAGED_BEFORE };
    await Promise.all([
      main === undefined ? postNew(view) : editOrPost(main, view),
      ...(main === undefined ? [] : [parts.copies({ ...view, permalink }, messages)]),
      ...pages.map((page) => poster.edit(page, pageMessage(asPage, page.mention ?? null), PRIORITY.person)),
    ]);
  };

  const editOrPost = async (main: SlackMessage, view: GroupView): Promise<void> => {
    const edited = await poster.edit(main, groupMessage(view), PRIORITY.edit);
    if (!edited && view.group.state !== "resolved") {
      log.warn({ group: view.group.id, channel: main.channel }, "alert message is gone, posting it again");
      await repost(main, view);
    }
  };

  const repost = async (gone: SlackMessage, view: GroupView): Promise<void> => {
    const key = `group/${view.group.id}/after/${gone.ts}`;
    const posting = {
      key,
      groupId: view.group.id,
      kind: "group",
      priority: PRIORITY.alert,
      replaces: gone.ts,
    } as const;
    await postWithFallback(gone.channel, (channel) => poster.post({ ...posting, channel }, groupMessage(view)));
  };

  /** Shows the newest state until there is no newer one; what fails waits for the next try. */
  const showNewest = async (id: string): Promise<void> => {
    for (let group = pending.get(id); group !== undefined; group = pending.get(id)) {
      pending.delete(id);
      try {
        await show(group);
      } catch (error) {
        log.error({ err: error, group: id }, "alert message could not be sent, trying again later");
        if (!pending.has(id)) {
          pending.set(id, group);
        }
        arm(RETRY_AFTER);
        return;
      }
    }
  };

  /** One at a time for each group: two posts of one group at once would be two messages. */
  const showOne = (id: string): Promise<void> => {
    const running = showing.get(id);
    if (running !== undefined) {
      return running.then(() => (pending.has(id) && !showing.has(id) ? showOne(id) : showing.get(id)));
    }
    const run = showNewest(id).finally(() => showing.delete(id));
    showing.set(id, run);
    return run;
  };

  /** Somebody is to see it soon, or sees it in the summary of a flood. */
  const isUnderWay = (id: string) =>
    pending.has(id) ||
    waiting.has(id) ||
    showing.has(id) ||
    floods.current()?.groups.some((one) => one.id === id) === true;

  const flush = async (): Promise<void> => {
    for (const [id, group] of waiting) {
      pending.set(id, pending.get(id) ?? group);
    }
    waiting.clear();
    await Promise.all([...showing.values(), ...[...pending.keys()].map(showOne)]);
    for (const group of floods.release(clock())) {
      try {
        await postOwn(await viewOf(group, store, webUrl, clock()));
      } catch (error) {
        log.error({ err: error, group: group.id }, "alert message could not be sent, trying again later");
        waiting.set(group.id, group);
        arm(RETRY_AFTER);
      }
    }
    if (floods.current() !== null) {
      arm(FLOOD_CHECK);
      await showFlood();
    }
  };

  return {
    async publish(group, options = {}) {
      const isShown = (await store.messages.of(group.id)).length > 0;
      if (!isShown && group.state === "resolved" && !isUnderWay(group.id)) {
        return;
      }
      pending.set(group.id, group);
      waiting.delete(group.id);
      if (options.urgent === true) {
        await showOne(group.id);
      } else if (!isShown) {
        // Not waited for: a channel that Slack limits must not hold up whoever found the alert.
        inBackground(showOne(group.id), log, "message of a group");
      } else {
        arm(slack.batchFor ?? DEFAULT_BATCH);
      }
    },
    page: (request) => pager(request),
    async note(groupId, payload) {
      const main = newestMain(await store.messages.of(groupId));
      if (main !== undefined) {
        await outbox.send(main.channel, PRIORITY.person, async () => {
          await client.chat.postMessage({ channel: main.channel, thread_ts: main.ts, ...payload });
        });
      }
    },
    flush,
    async stop() {
      stopped = true;
      if (timer !== null) {
        clearTimeout(timer);
        timer = null;
      }
      const sent = flush().then(() => outbox.idle());
      const patience = new AbortController();
      // What is still unsent then is sent after the next start, when all open groups are shown again.
      await Promise.race([sent, wait(STOP_WITHIN, null, { ref: false, signal: patience.signal }).catch(() => null)]);
      patience.abort();
    },
  };
}
