import type { SlackEventMiddlewareArgs } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { publishHome } from "../publish-home.ts";

/** Somebody looks at App Home. */
export function appHomeOpened(desk: Desk) {
  return async ({ event }: SlackEventMiddlewareArgs<"app_home_opened">): Promise<void> => {
    if (event.tab === "home") {
      await publishHome(desk, event.user);
    }
  };
}
