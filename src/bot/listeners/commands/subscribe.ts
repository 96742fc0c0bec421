import { type Subscription, subscriptionWords } from "../../delivery/subscriptions.ts";
import type { Desk } from "../../desk.ts";
import { notice, unknownServiceNotice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { nearest } from "../../nearest.ts";
import { permitted } from "../reply.ts";
import type { CommandInput, Subcommand } from "./subcommand.ts";

const HERE = ["here", "channel"];

/** `/anomaly subscribe [here] [service] [severity]`: shows alerts to me, or to this channel; alone it lists. */
export const subscribe: Subcommand = async (input) => {
  const { desk, words, actor, userId, reply } = input;
  if (words.length === 0) {
    await reply(notice(await listed(input)));
    return;
  }
  const wish = await read(input);
  if (wish === null || (wish.isChannel && !(await permitted(desk, "subscribe", userId, reply)))) {
    return;
  }
  const subscription = { service: wish.service, severity: wish.severity, by: actor.person.name };
  const taken = await desk.subscriptions.add(wish.target, subscription);
  await noteIn(desk, input, "subscribe", wish.target, subscription);
  const whom = wish.isChannel ? "this channel" : "you, by direct message,";
  await reply(
    notice(
      taken
        ? `:bell: Alerts of ${plain(subscriptionWords(subscription))} are shown to ${whom} from now on. \`/anomaly unsubscribe\` ends it.`
        : ":warning: There are too many subscriptions here already: end some with `/anomaly unsubscribe <service>`.",
    ),
  );
};

/** `/anomaly unsubscribe [here] [service]`. */
export const unsubscribe: Subcommand = async (input) => {
  const { desk, userId, reply } = input;
  const wish = await read(input);
  if (wish === null || (wish.isChannel && !(await permitted(desk, "subscribe", userId, reply)))) {
    return;
  }
  const ended = await desk.subscriptions.remove(
    wish.target,
    ({ service }) => wish.service === null || service === wish.service,
  );
  if (ended > 0) {
    await noteIn(desk, input, "unsubscribe", wish.target, wish);
  }
  await reply(
    notice(
      ended === 0
        ? ":information_source: There was no such subscription. `/anomaly subscribe` lists what there is."
        : `:no_bell: Ended ${ended === 1 ? "one subscription" : `${ended} subscriptions`}.`,
    ),
  );
};

interface Wish {
  readonly isChannel: boolean;
  readonly target: string;
  readonly service: string | null;
  readonly severity: string | null;
}

/** Reads the words in any order; tells the person and gives null when one of them is neither a service nor a severity. */
async function read({ desk, words, userId, channel, reply }: CommandInput): Promise<Wish | null> {
  const said = words.map((word) => word.toLowerCase());
  const isChannel = said.some((word) => HERE.includes(word));
  const severities = Object.keys(desk.severities);
  const rest = said.filter((word) => !HERE.includes(word) && word !== "all" && word !== "me");
  const service = rest.find((word) => desk.services.includes(word)) ?? null;
  const severity = rest.find((word) => severities.includes(word)) ?? null;
  const wrong = rest.find((word) => word !== service && word !== severity);
  if (wrong !== undefined) {
    const near = nearest(wrong, severities, 1).map((one) => ` Did you mean the severity \`${one}\`?`);
    await reply(
      near.length > 0
        ? notice(`“${plain(wrong)}” is neither a service nor a severity.${near.join("")}`)
        : unknownServiceNotice(wrong, nearest(wrong, desk.services)),
    );
    return null;
  }
  return { isChannel, target: isChannel ? channel : userId, service, severity };
}

async function listed({ desk, userId, channel }: CommandInput): Promise<string> {
  const [mine, here] = await Promise.all([desk.subscriptions.of(userId), desk.subscriptions.of(channel)]);
  const words = (list: readonly Subscription[]) =>
    list.length === 0 ? "nothing" : list.map((one) => `*${plain(subscriptionWords(one))}*`).join("; ");
  return [
    `You are shown by direct message: ${words(mine)}.`,
    `This channel is shown: ${words(here)}.`,
    "`/anomaly subscribe [here] <service> [severity]` adds one, `all` means every service.",
  ].join("\n");
}

async function noteIn(
  { store, clock }: Desk,
  { actor }: CommandInput,
  action: string,
  subject: string,
  { service, severity }: Pick<Subscription, "service" | "severity">,
): Promise<void> {
  const who = { actor: actor.person.name, via: actor.via };
  await store.audit.append({ at: clock(), ...who, action, subject, details: { service, severity } });
}
