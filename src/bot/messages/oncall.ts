import type { OncallNow } from "../../status/status-types.ts";
import type { OncallOverride } from "../../store/store.ts";
import { button, cut, lines, type Payload, plain, section } from "./payload.ts";
import { oncallLine } from "./status.ts";
import { moment } from "./time.ts";

export function oncallMessage(oncall: readonly OncallNow[], what: string): Payload {
  const title = `On call${what === "" ? "" : ` for ${what}`}`;
  const who = oncall.length === 0 ? ":rotating_light: *nobody is on call*" : lines(oncall.map(oncallLine));
  return { text: cut(title, 300), blocks: [section(`*${plain(title)}*\n${who}`)] };
}

const SHOWN = 20;

/** Exceptions in force or to come, each with a button that takes it back. */
export function exceptionsMessage(overrides: readonly OncallOverride[]): Payload {
  const title = `Exceptions of the schedule (${overrides.length})`;
  const rest = overrides.length - SHOWN;
  return {
    text: title,
    blocks: [
      section(`*${title}*${overrides.length === 0 ? "\nnone" : ""}${rest > 0 ? `\n_… and ${rest} more, later_` : ""}`),
      ...overrides.slice(0, SHOWN).map((one, index) => ({
        ...section(`• ${overrideLine(one)}`),
        block_id: `oncall.exception.${index}`,
        accessory: button("oncall.undo", "Take back", one.id, { label: `Take back: ${one.person} for ${one.roster}` }),
      })),
    ],
  };
}

function overrideLine({ roster, person, from, to, by }: OncallOverride): string {
  const whose = by === person ? "" : `, put in by ${plain(by)}`;
  return `${plain(cut(roster, 100))}: *${plain(cut(person, 200))}* from ${moment(from)} to ${moment(to)}${whose}`;
}

/** What the button of an offered shift carries. */
export interface OfferedShift {
  readonly roster: string;
  readonly to: Date;
  readonly by: string;
}

/** "Who takes my shift?", for a channel. */
export function offerMessage({ roster, to, by }: OfferedShift): Payload {
  const text = `:raised_hand: *${plain(by)}* asks: who takes ${plain(roster)} until ${moment(to)}?`;
  return {
    text: cut(`${by} asks: who takes ${roster}?`, 300),
    blocks: [
      section(text),
      {
        type: "actions",
        block_id: "oncall.offer",
        elements: [
          button("oncall.take", "I take it", JSON.stringify({ roster, to: to.toISOString() }), {
            style: "primary",
            label: `Take the shift of ${roster}`,
          }),
        ],
      },
    ],
  };
}

/** An offered shift that somebody took: the button is gone. */
export function takenMessage(who: string, { roster, to }: Pick<OfferedShift, "roster" | "to">): Payload {
  const text = `:handshake: *${plain(who)}* takes ${plain(roster)} until ${moment(to)}.`;
  return { text: cut(`${who} takes ${roster}`, 300), blocks: [section(text)] };
}
