import type { AllMiddlewareArgs, AnyMiddlewareArgs, App, SlackEventMiddlewareArgs } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { dispatch } from "../commands/anomaly.ts";
import { publishHome } from "../publish-home.ts";
import { guarded, type Reply } from "../reply.ts";

/** Registers what Slack tells unasked. */
export function registerEvents(app: App, desk: Desk): void {
  app.use(once(desk));
  app.event("app_home_opened", appHomeOpened(desk));
  app.event("app_mention", appMention(desk));
}

/** Somebody looks at App Home. */
export function appHomeOpened(desk: Desk) {
  return async ({ event }: SlackEventMiddlewareArgs<"app_home_opened">): Promise<void> => {
    if (event.tab === "home") {
      await publishHome(desk, event.user);
    }
  };
}

/** `@cmswatch status dbs` does what `/anomaly status dbs` does, answered in the thread. */
export function appMention(desk: Desk) {
  return async ({ event }: SlackEventMiddlewareArgs<"app_mention">): Promise<void> => {
    const user = event.user;
    if (user === undefined) {
      return;
    }
    const reply: Reply = async (payload) => {
      await desk.client.chat.postMessage({
        channel: event.channel,
        thread_ts: event.thread_ts ?? event.ts,
        ...payload,
      });
    };
    await guarded(desk, "The question", reply, async () => {
      const text = event.text.replaceAll(/<@[UW][A-Z0-9]+(?:\|[^>]*)?>/g, " ");
      const actor = await desk.people.actor(user);
      await dispatch(text, { desk, actor, userId: user, channel: event.channel, triggerId: "", reply });
    });
  };
}

/** Lets each event through once, however often and to whichever replica Slack delivers it. */
export function once({ store, clock, log }: Pick<Desk, "store" | "clock" | "log">) {
  return async ({ body, next }: AnyMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    const { event_id: eventId } = body as { event_id?: unknown };
    if (typeof eventId === "string" && !(await store.messages.claim(`event/${eventId}`, clock()))) {
      log.debug({ eventId }, "event was handled already");
      return;
    }
    await next();
  };
}
