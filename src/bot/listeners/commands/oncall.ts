import { parseDuration } from "../../../alert/duration.ts";
import { own } from "../../../alert/own.ts";
import { notice, unknownServiceNotice } from "../../messages/notice.ts";
import { exceptionsMessage, offerMessage, oncallMessage } from "../../messages/oncall.ts";
import { plain } from "../../messages/payload.ts";
import { shiftChanged } from "../../messages/shift-changed.ts";
import { nearest } from "../../nearest.ts";
import { permitted } from "../reply.ts";
import type { CommandInput, Subcommand } from "./subcommand.ts";

const USAGE =
  "Write it like `/anomaly oncall override cmsweb me 4h` (roster, person, for how long; without a time for the rest of the shift), `oncall take cmsweb`, `oncall offer cmsweb` or `oncall exceptions`.";

/** `/anomaly oncall [service]`, and what changes it: `override`, `take`, `offer`, `exceptions`. */
export const oncall: Subcommand = async (input) => {
  const { desk, words, reply } = input;
  const [first] = words;
  const change = first === undefined ? undefined : own(CHANGES, first.toLowerCase());
  if (change !== undefined) {
    await change(input);
    return;
  }
  const service = first?.toLowerCase() ?? null;
  if (service !== null && !desk.services.includes(service)) {
    await reply(unknownServiceNotice(service, nearest(service, [...desk.services, ...Object.keys(CHANGES)])));
    return;
  }
  await reply(oncallMessage(await desk.oncall.now(service, desk.clock()), service ?? ""));
};

/** `override <roster> <person|me> [for]`. */
async function override(input: CommandInput): Promise<void> {
  const { desk, words, actor, reply } = input;
  const [, roster, who, length] = words;
  if (roster === undefined || who === undefined) {
    await reply(notice(USAGE));
    return;
  }
  const mention = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(who)?.[1];
  const other = mention === undefined ? { name: who.replace(/^@/, "") } : (await desk.people.actor(mention)).person;
  const person = desk.oncall.nameOf(who === "me" ? actor.person : other);
  await change(input, roster, person, length);
}

/** `take <roster> [for]`: the rest of somebody's shift, or a while of it. */
async function take(input: CommandInput): Promise<void> {
  const { desk, words, actor, reply } = input;
  const [, roster, length] = words;
  if (roster === undefined) {
    await reply(notice(USAGE));
    return;
  }
  await change(input, roster, desk.oncall.nameOf(actor.person), length);
}

/** `offer <roster> [for]`: "who takes my shift?", in the channel, with a button. */
async function offer(input: CommandInput): Promise<void> {
  const { desk, words, actor, userId, reply } = input;
  const [, roster, length] = words;
  if (roster === undefined) {
    await reply(notice(USAGE));
    return;
  }
  if (!(await knownRoster(input, roster)) || !(await permitted(desk, "override", userId, reply))) {
    return;
  }
  const to = await endOf(input, roster, length);
  if (to !== null) {
    await reply(offerMessage({ roster, to, by: actor.person.name }), { inChannel: true });
  }
}

async function exceptions({ desk, reply }: CommandInput): Promise<void> {
  await reply(exceptionsMessage(await desk.oncall.overrides(desk.clock())));
}

const CHANGES: Readonly<Record<string, (input: CommandInput) => Promise<void>>> = { override, take, offer, exceptions };

async function change(input: CommandInput, roster: string, person: string, length: string | undefined): Promise<void> {
  const { desk, actor, userId, reply } = input;
  if (!(await knownRoster(input, roster)) || !(await permitted(desk, "override", userId, reply))) {
    return;
  }
  const to = await endOf(input, roster, length);
  if (to !== null) {
    const wish = { roster, person, from: desk.clock(), to, by: desk.oncall.nameOf(actor.person) };
    await reply(shiftChanged(await desk.oncall.override(wish, actor)));
  }
}

async function knownRoster({ desk, reply }: CommandInput, roster: string): Promise<boolean> {
  const rosters = await desk.oncall.rosters();
  if (rosters.includes(roster)) {
    return true;
  }
  const near = nearest(roster, rosters).map((one) => `*${plain(one)}*`);
  const meant = near.length === 0 ? "" : `: did you mean ${near.join(", ")}?`;
  await reply(notice(`There is no roster “${plain(roster)}”${meant} Rosters: ${rosters.map(plain).join(", ")}.`));
  return false;
}

/** When it ends: after the time given, else with the shift. Tells the person and gives null when that cannot be said. */
async function endOf({ desk, reply }: CommandInput, roster: string, length: string | undefined): Promise<Date | null> {
  const now = desk.clock();
  if (length !== undefined) {
    const duration = durationOf(length);
    if (duration === null) {
      await reply(notice(`“${plain(length)}” is not a duration: write it like 4h or 1d. ${USAGE}`));
    }
    return duration === null ? null : new Date(now.getTime() + duration);
  }
  const shift = await desk.oncall.restOfShift(roster, now);
  if (shift === null) {
    await reply(notice(`${plain(roster)} has no shift now: say for how long, such as \`4h\`.`));
  }
  return shift?.to ?? null;
}

function durationOf(text: string): number | null {
  try {
    return parseDuration(text);
  } catch {
    return null;
  }
}
