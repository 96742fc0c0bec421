import type { Feedback } from "../../../store/store.ts";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { nearest } from "../../nearest.ts";
import { correctSeverity, mergeInto } from "../correct.ts";
import { permitted } from "../reply.ts";
import { findGroup } from "./find-group.ts";
import type { Subcommand } from "./subcommand.ts";

const KINDS = [
  "not-anomaly",
  "helped",
  "did-not-help",
  "wrong-group",
  "wrong-severity",
  "wrong-link",
] as const satisfies readonly Feedback["kind"][];

/** `/anomaly feedback <id> <kind> [severity | id of the right group] [words]`. */
export const feedback: Subcommand = async (input) => {
  const { desk, words, actor, userId, reply } = input;
  const group = await findGroup(input, "feedback");
  if (group === null) {
    return;
  }
  const said = words[1] ?? "";
  const kind = KINDS.find((one) => one === said);
  if (kind === undefined) {
    const near = nearest(said, KINDS)[0];
    await reply(
      notice(
        `What about it? One of ${KINDS.map((one) => `\`${one}\``).join(", ")}.${near === undefined ? "" : ` Did you mean \`${near}\`?`}`,
      ),
    );
    return;
  }
  if (await permitted(desk, "feedback", userId, reply)) {
    const [argument = "", ...rest] = words.slice(2);
    if (kind === "wrong-severity" && Object.hasOwn(desk.severities, argument)) {
      await correctSeverity({ desk, actor, reply, group }, argument, rest.join(" "));
      return;
    }
    const into = kind === "wrong-group" && argument.length >= 4 ? await desk.status.group(argument) : null;
    if (into !== null) {
      await mergeInto({ desk, actor, reply, group }, into.id);
      return;
    }
    const wish = { kind, subject: group.id, groupId: group.id, details: { words: words.slice(2).join(" ") } };
    const result = await desk.actions.feedback(wish, actor);
    await reply(notice(`${result.ok ? ":pray:" : ":warning:"} ${plain(result.reason)}`));
  }
};
