import type { Desk } from "../../desk.ts";
import { WORDS, type Word } from "../../messages/help.ts";
import { notice } from "../../messages/notice.ts";
import { button, cut, type Payload, plain } from "../../messages/payload.ts";
import { nearest } from "../../nearest.ts";
import { ack } from "./ack.ts";
import { alerts } from "./alerts.ts";
import { digest } from "./digest.ts";
import { dqm } from "./dqm.ts";
import { explain } from "./explain.ts";
import { transfers } from "./extras.ts";
import { feedback } from "./feedback.ts";
import { help } from "./help.ts";
import { list } from "./list.ts";
import { oncall } from "./oncall.ts";
import { plot } from "./plot.ts";
import { runbook } from "./runbook.ts";
import { silence } from "./silence.ts";
import { silences } from "./silences.ts";
import { status } from "./status.ts";
import type { CommandInput, Subcommand } from "./subcommand.ts";
import { subscribe, unsubscribe } from "./subscribe.ts";
import { tickets } from "./tickets.ts";

const HANDLERS: Readonly<Record<Word, Subcommand>> = {
  status,
  list,
  alerts,
  tickets,
  silences,
  silence,
  ack,
  explain,
  plot,
  runbook,
  oncall,
  feedback,
  subscribe,
  unsubscribe,
  digest,
  transfers,
  dqm,
  help,
};

/** Hands what follows `/anomaly` to its word's handler; a service's name alone asks for its status. */
export async function dispatch(text: string, input: Omit<CommandInput, "words">): Promise<void> {
  const [typed = "", ...words] = text.trim().split(/\s+/);
  const word = typed.toLowerCase();
  if (word === "") {
    await list({ ...input, words });
  } else if (Object.hasOwn(HANDLERS, word)) {
    await HANDLERS[word as Word]({ ...input, words });
  } else if (input.desk.services.includes(word)) {
    await status({ ...input, words: [word] });
  } else {
    await input.reply(didYouMean(input.desk, typed, words));
  }
}

function didYouMean({ services }: Desk, typed: string, words: readonly string[]): Payload {
  const near = nearest(typed, Object.keys(WORDS), 1)[0];
  const service = nearest(typed, services, 1)[0];
  const meant = near !== undefined ? [near, ...words].join(" ") : service !== undefined ? `status ${service}` : null;
  if (meant === null) {
    return notice(`“${plain(cut(typed, 60))}” is not a command. \`/anomaly help\` lists them.`);
  }
  const said = notice(
    `“${plain(cut(typed, 60))}” is not a command. Did you mean \`/anomaly ${plain(cut(meant, 200))}\`?`,
  );
  return {
    ...said,
    blocks: [
      ...said.blocks,
      { type: "actions", elements: [button("command.run", "Yes, do that", meant, { style: "primary" })] },
    ],
  };
}
