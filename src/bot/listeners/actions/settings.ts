import type { BlockAction, ButtonAction, SlackActionMiddlewareArgs, StaticSelectAction } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import type { PersonSettings } from "../../messages/home.ts";
import { changeSettings } from "../../settings.ts";
import { publishHome } from "../publish-home.ts";

/** A change in App Home: quiet hours, where pages go, the digest. */
export function changeSetting(desk: Desk) {
  return async ({
    ack,
    action,
    body,
  }: SlackActionMiddlewareArgs<BlockAction<ButtonAction | StaticSelectAction>>): Promise<void> => {
    await ack();
    if (action.action_id === "settings.unsubscribe" && action.type === "button") {
      await desk.subscriptions.remove(body.user.id, ({ service }) => (service ?? "") === action.value);
    } else {
      await changeSettings(desk.store, body.user.id, changeOf(action));
    }
    await publishHome(desk, body.user.id);
  };
}

function changeOf(action: ButtonAction | StaticSelectAction): Partial<PersonSettings> {
  const value = action.type === "button" ? (action.value ?? "") : action.selected_option.value;
  switch (action.action_id) {
    case "settings.quiet":
      return { quietHours: value === "none" ? null : value };
    case "settings.pages":
      return { pagesTo: value === "channel" ? "channel" : "dm" };
    case "settings.digest":
      return { digest: value === "on" };
    case "settings.pictures":
      return { pictures: value === "dark" ? "dark" : "light" };
    default:
      return {};
  }
}
