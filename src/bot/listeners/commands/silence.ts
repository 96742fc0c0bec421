import { parseDuration } from "../../../alert/duration.ts";
import { equals } from "../../../alert/matcher.ts";
import type { SilenceWish } from "../../../operations/actions-types.ts";
import { notice, unknownServiceNotice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { nearest } from "../../nearest.ts";
import { makeSilence } from "../make-silence.ts";
import { permitted } from "../reply.ts";
import type { Subcommand } from "./subcommand.ts";

const USAGE = "Write it like `/anomaly silence dbs 2h deploying 3.4`: service, for how long, why.";

/** `/anomaly silence <service> <for> <why>`. */
export const silence: Subcommand = async ({ desk, words, userId, actor, reply }) => {
  const [service, length, ...why] = words;
  if (service === undefined || length === undefined || why.length === 0) {
    await reply(notice(USAGE));
    return;
  }
  const known = desk.services.find((name) => name === service.toLowerCase());
  if (known === undefined) {
    await reply(unknownServiceNotice(service, nearest(service, desk.services)));
    return;
  }
  const duration = readDuration(length);
  if (duration === null) {
    await reply(
      notice(`“${plain(length)}” is not a duration: write it like 30m, 2h or 1d, or \`until-resolved\`. ${USAGE}`),
    );
    return;
  }
  if (await permitted(desk, "silence", userId, reply)) {
    const wish: SilenceWish = { groupId: null, matchers: [equals("service", known)], duration, reason: why.join(" ") };
    await makeSilence({ desk, actor, wish, reply });
  }
};

/** Milliseconds, `until-resolved`, or null for what is neither or nothing at all. */
export function readDuration(text: string): number | "until-resolved" | null {
  if (text === "until-resolved") {
    return text;
  }
  try {
    const length = parseDuration(text);
    return length > 0 ? length : null;
  } catch {
    return null;
  }
}
