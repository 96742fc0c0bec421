import type { AlertGroup } from "../../alert/group.ts";
import type { RosterChange, RosterDuty } from "../../oncall/handoff.ts";
import type { OnDuty } from "../../oncall/who.ts";
import type { Part } from "../../status/status-types.ts";
import { context, cut, cutMarkdown, lines, type Payload, plain, section } from "./payload.ts";
import { groupLine, part } from "./status.ts";
import { age, moment } from "./time.ts";

/** A change of shift: who leaves, who comes, what is open. */
export interface Handoff extends RosterChange {
  readonly open: Part<readonly AlertGroup[]>;
}

export function handoffMessage({ duty, changes, nobody, open }: Handoff, now: Date): Payload {
  const changed = new Set(changes.map(({ role }) => role.key));
  const rest = duty.roles.filter(({ key }) => !changed.has(key));
  const first = changes[0]?.role;
  const head = nobody
    ? `:rotating_light: NOBODY IS ON CALL for ${plain(duty.roster)}`
    : `:handshake: ${plain(first?.person?.name ?? "nobody")} is on call for ${plain(first?.key ?? duty.roster)}`;
  return {
    text: cutMarkdown(head, 300),
    blocks: [
      ...(nobody
        ? [
            section(
              `<!here> ${head}: the fallback is paged. \`/anomaly oncall take ${plain(duty.roster)} 4h\` takes it.`,
            ),
          ]
        : []),
      section(lines([...changes.map(({ role, leaving }) => changeLine(role, leaving)), ...rest.map(restLine)])),
      part("Open now", open, now, (all) => all.map(groupLine), "nothing"),
      context(age(open, now)),
    ],
  };
}

function changeLine({ key, person, until, because }: OnDuty, leaving: string | null): string {
  if (person === null) {
    const after = leaving === null ? "" : ` after ${plain(leaving)}`;
    return `:rotating_light: ${plain(key)}: *nobody is on call*${after} (${plain(because)})`;
  }
  const how = leaving === null ? "is on call" : `takes over from ${plain(leaving)}`;
  return `:handshake: ${plain(key)}: *${plain(person.name)}* ${how}${until === null ? "" : `, until ${moment(until)}`}`;
}

function restLine({ key, person }: OnDuty): string {
  return `• ${plain(key)}: ${person === null ? "nobody" : plain(person.name)}`;
}

/** Channel topic that names who is on call; at most 250 characters. */
export function shiftTopic(duties: readonly RosterDuty[]): string {
  const told = duties.map(({ roster, roles }) => {
    const names = [...new Set(roles.flatMap(({ person }) => (person === null ? [] : [person.name])))];
    const until = roles.find(({ person }) => person !== null)?.until ?? null;
    const end = until === null ? "" : ` until ${until.toISOString().slice(0, 16).replace("T", " ")} UTC`;
    const [first, ...others] = names;
    if (first === undefined && roles.some(({ source }) => source === "unread")) {
      return `On call for ${roster}: not known, the calendar cannot be read`;
    }
    return first === undefined
      ? `NOBODY is on call for ${roster}`
      : `On call for ${roster}: ${first}${end}${others.length === 0 ? "" : `, then ${others.join(", ")}`}`;
  });
  return cut(told.join(" · "), 250);
}
