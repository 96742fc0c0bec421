import type { AlertGroup } from "../../../alert/group.ts";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { noteSeen } from "../seen.ts";
import type { CommandInput } from "./subcommand.ts";

/** The group the first word names, whose pages the person has seen then; tells the person and gives null when there is none. */
export async function findGroup(
  { desk, words, actor, reply }: CommandInput,
  command: string,
): Promise<AlertGroup | null> {
  const id = words[0];
  if (id === undefined) {
    await reply(notice(`Which one? \`/anomaly ${command} <id>\`: the ids stand in \`/anomaly alerts\`.`));
    return null;
  }
  const group = await desk.status.group(id);
  if (group === null) {
    await reply(
      notice(`No alert has the id “${plain(id)}”. \`/anomaly alerts\` lists those that are open with their ids.`),
    );
  } else {
    await noteSeen(desk, group.id, actor);
  }
  return group;
}
