import type { AlertGroup, Person } from "../../alert/group.ts";
import type { Part } from "../../intelligence/status-types.ts";
import { context, cut, type Payload, plain, section } from "./payload.ts";
import { groupLine, part } from "./status.ts";
import { age, moment } from "./time.ts";

/** A change of shift: who leaves, who comes, what is open. */
export interface Handoff {
  readonly roster: string;
  readonly leaving: Person | null;
  /** Null when nobody comes. */
  readonly coming: Person | null;
  readonly until: Date | null;
  readonly open: Part<readonly AlertGroup[]>;
  /** Slack user group that shall hold whoever is on call (`S…`), if any. */
  readonly userGroup?: string;
  readonly at: Date;
}

export function handoffMessage(handoff: Handoff, now: Date): Payload {
  const { roster, leaving, coming, until, open } = handoff;
  const from = leaving === null ? "" : ` from ${plain(leaving.name)}`;
  const to = coming === null ? ":rotating_light: *nobody is on call*" : `*${plain(coming.name)}* is on call${from}`;
  const end = coming === null || until === null ? "" : `, until ${moment(until)}`;
  const head = coming === null ? `NOBODY IS ON CALL for ${roster}` : `${coming.name} is on call for ${roster}`;
  return {
    text: cut(`${coming === null ? ":rotating_light:" : ":handshake:"} ${plain(head)}`, 300),
    blocks: [
      section(`${coming === null ? "" : ":handshake: "}${plain(roster)}: ${to}${end}`),
      part("Open now", open, now, (all) => all.map(groupLine), "nothing"),
      context(age(open, now)),
    ],
  };
}

/** Channel topic that names who is on call; at most 250 characters. */
export function shiftTopic({ roster, coming, until }: Pick<Handoff, "roster" | "coming" | "until">): string {
  const end = until === null ? "" : ` until ${until.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return cut(coming === null ? `NOBODY is on call for ${roster}` : `On call for ${roster}: ${coming.name}${end}`, 250);
}
