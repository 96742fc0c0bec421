import { formatDuration, parseDuration } from "../../../alert/duration.ts";
import { notice, unknownServiceNotice } from "../../messages/notice.ts";
import { context, type Payload, plain, section } from "../../messages/payload.ts";
import { pictureBlock, type UploadedPicture } from "../../messages/status.ts";
import { age } from "../../messages/time.ts";
import { nearest } from "../../nearest.ts";
import { settingsOf } from "../../settings.ts";
import { replyEitherWay } from "../reply-with-picture.ts";
import type { CommandInput, Subcommand } from "./subcommand.ts";

const DEFAULT_RANGE = 6 * 3_600_000;
const MAX_RANGE = 30 * 86_400_000;

/** `/anomaly plot <service> [metric] [range]`. */
export const plot: Subcommand = async (input) => {
  const { desk, words, reply } = input;
  const [name, ...rest] = words;
  const service = name?.toLowerCase();
  if (service === undefined || !desk.services.includes(service)) {
    await reply(
      service === undefined
        ? notice("Which one? `/anomaly plot dbs cpu 6h`.")
        : unknownServiceNotice(service, nearest(service, desk.services)),
    );
    return;
  }
  const range = rest.map(rangeOf).find((one) => one !== null) ?? DEFAULT_RANGE;
  const metric = rest.find((word) => rangeOf(word) === null);
  await draw(input, service, metric, Math.min(range, MAX_RANGE));
};

async function draw(
  { desk, userId, reply }: CommandInput,
  service: string,
  metric: string | undefined,
  range: number,
): Promise<void> {
  const to = desk.clock();
  const query = { service, from: new Date(to.getTime() - range), to, ...(metric === undefined ? {} : { metric }) };
  const part = await desk.status.series(query);
  if (part.kind === "missing") {
    await reply(notice(`*${plain(service)}* ${age(part, to)}`));
    return;
  }
  if (part.value === null) {
    await reply(
      notice(
        `*${plain(service)}* has no metric ${metric === undefined ? "that is watched" : `“${plain(metric)}”`}. \`/anomaly status ${plain(service)}\` names those that are.`,
      ),
    );
    return;
  }
  const { pictures } = await settingsOf(desk.store, userId);
  const picture = await desk.pictures.of(part.value, pictures === "dark");
  const metricName = part.value.metric;
  const title = `*${plain(part.value.entity)}: ${plain(part.value.metric)}*, last ${formatDuration(range)}`;
  const build = (shown: UploadedPicture | null): Payload =>
    shown === null
      ? notice(`${title}: no picture could be drawn.`)
      : { text: `${service}: ${metricName}`, blocks: [section(title), pictureBlock(shown), context(age(part, to))] };
  await replyEitherWay(desk, reply, build, picture);
}

function rangeOf(text: string): number | null {
  try {
    return parseDuration(text);
  } catch {
    return null;
  }
}
