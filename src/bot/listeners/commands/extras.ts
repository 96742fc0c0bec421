import { notice } from "../../messages/notice.ts";
import { lines, plain, section } from "../../messages/payload.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly transfers [site]`: data transfers that last too long. */
export const transfers: Subcommand = async ({ desk, words, reply }) => {
  const ask = desk.extras?.transfers;
  const about = words[0]?.slice(0, 100) ?? null;
  await reply(
    ask === undefined
      ? notice("Transfers are not watched here: no source is configured.")
      : answer(about === null ? "Transfers" : `Transfers of ${plain(about)}`, await ask(desk.clock(), about)),
  );
};

function answer(title: string, found: readonly string[]) {
  return {
    text: title,
    blocks: [section(`*${title}*\n${found.length === 0 ? "nothing out of the ordinary" : lines(found.map(plain))}`)],
  };
}
