import { parseDuration } from "../../../alert/duration.ts";
import { oncallMessage } from "../../messages/lists.ts";
import { notice, unknownServiceNotice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { nearest } from "../../nearest.ts";
import { permitted } from "../reply.ts";
import type { CommandInput, Subcommand } from "./subcommand.ts";

const USAGE = "Write it like `/anomaly oncall override cmsweb me 4h` (roster, person, for how long).";

/** `/anomaly oncall [service]` and `/anomaly oncall override <roster> <person|me> <for>`. */
export const oncall: Subcommand = async (input) => {
  const { desk, words, reply } = input;
  const [first] = words;
  if (first === "override") {
    await override(input);
    return;
  }
  const service = first?.toLowerCase() ?? null;
  if (service !== null && !desk.services.includes(service)) {
    await reply(unknownServiceNotice(service, nearest(service, desk.services)));
    return;
  }
  await reply(oncallMessage(await desk.oncall.now(service, desk.clock()), service ?? ""));
};

async function override({ desk, words, actor, userId, reply }: CommandInput): Promise<void> {
  const [, roster, who, length] = words;
  const duration = length === undefined ? null : durationOf(length);
  if (roster === undefined || who === undefined || duration === null) {
    await reply(notice(USAGE));
    return;
  }
  const rosters = await desk.oncall.rosters();
  if (!rosters.includes(roster)) {
    const near = nearest(roster, rosters).map((one) => `*${plain(one)}*`);
    await reply(
      notice(
        `There is no roster “${plain(roster)}”${near.length === 0 ? "" : `: did you mean ${near.join(", ")}?`} Rosters: ${rosters.map(plain).join(", ")}.`,
      ),
    );
    return;
  }
  if (await permitted(desk, "override", userId, reply)) {
    const person = await personOf(desk, who, actor.person.name);
    const from = desk.clock();
    const wish = { roster, person, from, to: new Date(from.getTime() + duration), by: actor.person.name };
    const result = await desk.oncall.override(wish, actor);
    await reply(notice(`${result.ok ? ":calendar:" : ":warning:"} ${plain(result.reason)}`));
  }
}

async function personOf(desk: CommandInput["desk"], who: string, me: string): Promise<string> {
  const mention = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(who)?.[1];
  if (mention !== undefined) {
    return (await desk.people.actor(mention)).person.name;
  }
  return who === "me" ? me : who.replace(/^@/, "");
}

function durationOf(text: string): number | null {
  try {
    return parseDuration(text);
  } catch {
    return null;
  }
}
