import type { App } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { guarded, replyBy } from "../reply.ts";
import { dispatch } from "./anomaly.ts";

/** Registers the slash command. */
export function registerCommands(app: App, desk: Desk): void {
  app.command("/anomaly", async ({ ack, command, respond }) => {
    await ack();
    const reply = replyBy(respond);
    await guarded(desk, `/anomaly ${command.text}`.trim().slice(0, 80), reply, async () => {
      const actor = await desk.people.actor(command.user_id);
      await dispatch(command.text, {
        desk,
        actor,
        userId: command.user_id,
        channel: command.channel_id,
        triggerId: command.trigger_id,
        reply,
      });
    });
  });
}
