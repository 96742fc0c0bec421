import { uploadMap } from "../../delivery/run-summary.ts";
import { runListMessage, runSummaryMessage } from "../../messages/dqm-summary.ts";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { settingsOf } from "../../settings.ts";
import { permitted } from "../reply.ts";
import { replyEitherWay } from "../reply-with-picture.ts";
import type { CommandInput, Subcommand } from "./subcommand.ts";

const RUNS_SHOWN = 15;

/** `/anomaly dqm`: recent runs; `dqm <run>`: one with its map; `dqm <run> <lumis> <status> <why>`: overrule. */
export const dqm: Subcommand = async (input) => {
  const { desk, words, reply } = input;
  const { dqm } = desk;
  if (dqm === undefined) {
    await reply(notice("Data quality is not watched here: no source is configured."));
    return;
  }
  const [named, ...rest] = words;
  if (named === undefined) {
    await reply(runListMessage(await dqm.reports(RUNS_SHOWN)));
    return;
  }
  const run = Number(named);
  const report = Number.isSafeInteger(run) && run > 0 ? await dqm.report(run) : null;
  if (report === null) {
    await reply(notice(`There is no run “${plain(named)}” here. \`/anomaly dqm\` lists the recent ones.`));
  } else if (rest.length > 0) {
    await overrule(input, dqm, run, rest);
  } else {
    const { pictures } = await settingsOf(desk.store, input.userId);
    const picture = await uploadMap(desk, report, pictures === "dark");
    await replyEitherWay(desk, reply, (shown) => runSummaryMessage(report, shown, desk.webUrl), picture);
  }
};

async function overrule(
  { desk, actor, userId, reply }: CommandInput,
  dqm: NonNullable<CommandInput["desk"]["dqm"]>,
  run: number,
  [lumis = "", status = "", ...why]: readonly string[],
): Promise<void> {
  const range = readRange(lumis);
  if (range === null) {
    await reply(notice(`Which lumisections? \`/anomaly dqm ${run} 12-137 BAD tracker was off\`.`));
    return;
  }
  if (await permitted(desk, "overrule", userId, reply)) {
    const wish = { run, ...range, status, reason: why.join(" ") };
    const { ok, reason } = await dqm.overrule(wish, { person: actor.person, via: "slack" });
    await reply(notice(`${ok ? ":writing_hand:" : ":warning:"} ${plain(reason)}`));
  }
}

/** `12` or `12-137`; null for anything else. */
export function readRange(text: string): { readonly first: number; readonly last: number } | null {
  const [, first, last = first] = /^\s*(\d{1,9})\s*(?:[-–]\s*(\d{1,9})\s*)?$/.exec(text) ?? [];
  return first === undefined ? null : { first: Number(first), last: Number(last) };
}
