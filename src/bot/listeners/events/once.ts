import type { AllMiddlewareArgs, AnyMiddlewareArgs } from "@slack/bolt";
import type { Desk } from "../../desk.ts";

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
