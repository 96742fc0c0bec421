import type { HomeView, KnownBlock } from "@slack/types";
import type { AlertGroup } from "../../alert/group.ts";
import type { Overview } from "../../status/status-types.ts";
import { type Subscription, subscriptionWords } from "../delivery/subscriptions.ts";
import { serviceFields, summaryLine } from "./overview.ts";
import { button, context, divider, header, option, plain, section } from "./payload.ts";
import { groupLine, oncallLine, part } from "./status.ts";
import { age } from "./time.ts";

/** What a person decided about how cmswatch reaches them. */
export interface PersonSettings {
  /** Hours without messages that can wait, `22-7` in the person's time zone; null for none. */
  readonly quietHours: string | null;
  readonly pagesTo: "dm" | "channel";
  readonly digest: boolean;
  /** Ground of the pictures they ask for: Slack does not tell which theme a reader has. */
  readonly pictures: "light" | "dark";
}

export const DEFAULT_SETTINGS: PersonSettings = { quietHours: null, pagesTo: "dm", digest: false, pictures: "light" };
export const QUIET_CHOICES = [
  ["no quiet hours", "none"],
  ["22:00 to 07:00", "22-7"],
  ["20:00 to 08:00", "20-8"],
] as const;

/** What App Home shows of one person. */
export interface HomeOfPerson {
  /** Open groups that the person acknowledged or was paged for. */
  readonly open: readonly AlertGroup[];
  readonly settings: PersonSettings;
  readonly subscriptions: readonly Subscription[];
}

/** App Home: services by state, my open alerts, who is on call, my settings. */
export function homeView(overview: Overview, { open, settings, subscriptions }: HomeOfPerson, now: Date): HomeView {
  return {
    type: "home",
    callback_id: "home",
    blocks: [
      header("CMSWEB now"),
      section(plain(summaryLine(overview))),
      ...serviceFields(overview.services),
      divider(),
      part(
        "My open alerts",
        { kind: "fresh", at: now, value: open },
        now,
        (all) => all.map(groupLine),
        "none: nothing that you acknowledged or were paged for is open",
      ),
      part("On call", overview.oncall, now, (all) => all.map(oncallLine), ":rotating_light: *nobody is on call*"),
      divider(),
      section("*My settings*"),
      settingsBlock(settings),
      section("*Alerts I am shown directly*, besides pages: `/anomaly subscribe <service> [severity]` adds some"),
      ...subscriptionBlocks(subscriptions),
      context(`Services and alerts ${age(overview.alerts, now)}`),
    ],
  };
}

const SHOWN_SUBSCRIPTIONS = 20;

function subscriptionBlocks(subscriptions: readonly Subscription[]): KnownBlock[] {
  return subscriptions.slice(0, SHOWN_SUBSCRIPTIONS).map((one, index) => ({
    ...section(`• ${plain(subscriptionWords(one))}`),
    block_id: `subscription.${index}`,
    accessory: button("settings.unsubscribe", "End", one.service ?? "", { label: `End ${subscriptionWords(one)}` }),
  }));
}

function settingsBlock(settings: PersonSettings): KnownBlock {
  const quiet = QUIET_CHOICES.find(([, value]) => value === (settings.quietHours ?? "none")) ?? QUIET_CHOICES[0];
  return {
    type: "actions",
    block_id: "settings",
    elements: [
      {
        type: "static_select",
        action_id: "settings.quiet",
        initial_option: option(quiet[0], quiet[1]),
        options: QUIET_CHOICES.map(([text, value]) => option(text, value)),
      },
      button(
        "settings.pages",
        settings.pagesTo === "dm" ? "Pages: direct message" : "Pages: channel",
        settings.pagesTo === "dm" ? "channel" : "dm",
      ),
      button(
        "settings.digest",
        settings.digest ? "Digest by message: on" : "Digest by message: off",
        settings.digest ? "off" : "on",
      ),
      button(
        "settings.pictures",
        settings.pictures === "light" ? "Pictures: light" : "Pictures: dark",
        settings.pictures === "light" ? "dark" : "light",
      ),
      button("settings.refresh", "Refresh", "refresh"),
    ],
  };
}
