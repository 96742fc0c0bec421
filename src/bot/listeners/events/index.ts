import type { App } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { appHomeOpened } from "./app-home-opened.ts";
import { appMention } from "./app-mention.ts";
import { once } from "./once.ts";

/** Registers what Slack tells unasked. */
export function registerEvents(app: App, desk: Desk): void {
  app.use(once(desk));
  app.event("app_home_opened", appHomeOpened(desk));
  app.event("app_mention", appMention(desk));
}
