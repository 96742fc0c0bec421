import { notice } from "../../messages/notice.ts";
import { lines, plain, section } from "../../messages/payload.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly transfers`: data transfers that last too long. */
export const transfers: Subcommand = async ({ desk, reply }) => {
  const ask = desk.extras?.transfers;
  await reply(
    ask === undefined
      ? notice("Transfers are not watched here: no source is configured.")
      : answer("Transfers", await ask(desk.clock())),
  );
};

function answer(title: string, found: readonly string[]) {
  return {
    text: title,
    blocks: [section(`*${title}*\n${found.length === 0 ? "nothing out of the ordinary" : lines(found.map(plain))}`)],
  };
}
