import type { OncallMessage } from "../../oncall/pages.ts";
import { GROUP_LOOKS, severityWord } from "./looks.ts";
import { cut, cutMarkdown, type Payload, plain, section } from "./payload.ts";
import { moment } from "./time.ts";

/** What a channel is told of routing: a page held back, nobody on call, nobody answered, or the channel's own turn. */
export function escalationMessage(message: Exclude<OncallMessage, { kind: "page" }>): Payload {
  const { group } = message;
  const subject = `*${severityWord(group.severity)}* · *${plain(cut(group.title, 300))}* — ${GROUP_LOOKS[group.state].word} \`${plain(group.id)}\``;
  const [sign, words, loud] = saidOf(message);
  const head = `${sign} ${words}`;
  return {
    text: cutMarkdown(`${head}: ${severityWord(group.severity)} ${plain(group.title)}`, 300),
    blocks: [section(`${loud ? "<!here> " : ""}${head}\n${subject}\n_${plain(cut(message.reason, 500))}_`)],
  };
}

function saidOf(message: Exclude<OncallMessage, { kind: "page" }>): readonly [string, string, boolean] {
  const roster = message.roster === null ? "" : ` for ${plain(message.roster)}`;
  switch (message.kind) {
    case "channel":
      return [":pager:", "This needs somebody here", false];
    case "held":
      return [
        ":bell:",
        `${plain(message.person.name)} is told at ${moment(message.until)}: it can wait until then`,
        false,
      ];
    case "nobody":
      return [":rotating_light:", `NOBODY IS ON CALL${roster}; ${plain(message.person.name)} is paged instead`, true];
    case "unanswered":
      return [":rotating_light:", `NOBODY ANSWERED${roster}`, true];
  }
}

/** Said in an alert's thread once somebody was paged. */
export function pagedNote(name: string, reason: string): Payload {
  const text = `:pager: Paged ${plain(name)}: ${plain(cut(reason, 300))}`;
  return { text: cutMarkdown(text, 300), blocks: [section(text)] };
}
