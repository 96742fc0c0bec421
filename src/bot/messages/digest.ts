import type { Digest, RuleDay } from "../delivery/digest.ts";
import { context, lines, link, type Payload, plain, section } from "./payload.ts";
import { groupLine, part } from "./status.ts";
import { age, span as duration, moment } from "./time.ts";

/** The morning digest: what fired, what was noise, what is still open. */
export function digestMessage(digest: Digest, webUrl: string | null): Payload {
  const fired = digest.rules.reduce((sum, rule) => sum + rule.fired, 0);
  const noise = digest.rules.reduce((sum, rule) => sum + rule.shortLived, 0);
  const noisy = digest.rules.filter(({ shortLived }) => shortLived > 0);
  const open = digest.open.kind === "missing" ? "unknown" : digest.open.value.length;
  const span = digest.to.getTime() - digest.from.getTime() > 2 * 86_400_000 ? "week" : "day";
  const summary = `${fired} ${fired === 1 ? "alert" : "alerts"} fired, ${noise} ended by themselves within 5 minutes, ${open} open now`;
  return {
    text: `CMSWEB in the last ${span}: ${summary}`,
    blocks: [
      section(
        `*CMSWEB in the last ${span}*: ${summary}${digest.cutShort ? "\n:warning: There was more than could be read; the numbers are too low." : ""}`,
      ),
      section(
        `*What fired*\n${digest.rules.length === 0 ? "nothing" : lines(digest.rules.slice(0, 15).map(ruleLine), 2500, "rules")}`,
      ),
      section(
        `*What was noise*\n${noisy.length === 0 ? "nothing" : lines(noisy.slice(0, 10).map(noiseLine), 1500, "rules")}`,
      ),
      ...(span === "week" && digest.advice.length > 0
        ? [section(`*What would help*\n${lines(digest.advice.slice(0, 10).map(adviceLine), 2000, "rules")}`)]
        : []),
      section(answerLine(digest)),
      part("Still open", digest.open, digest.to, (all) => all.map(groupLine), "nothing"),
      context(
        `${moment(digest.from)} to ${moment(digest.to)} · ${age(digest.open, digest.to)}${webUrl === null ? "" : ` · ${link(webUrl, "see all")}`}`,
      ),
    ],
  };
}

function adviceLine({ rule, service, advice }: Digest["advice"][number]): string {
  return `• *${plain(rule)}*${service === "" ? "" : ` (${plain(service)})`}: ${plain(advice)}`;
}

/** How soon people answered. */
function answerLine({ timeToAcknowledge, pages }: Digest): string {
  const soon =
    timeToAcknowledge === null
      ? "nothing was acknowledged"
      : `acknowledged after ${duration(timeToAcknowledge)} (median)`;
  const seen = pages.timeToSee === null ? "" : ` after ${duration(pages.timeToSee)}`;
  const answered = pages.timeToAnswer === null ? "" : ` after ${duration(pages.timeToAnswer)}`;
  return pages.sent === 0
    ? `*People:* ${soon}; nobody was paged`
    : `*People:* ${soon}; ${pages.sent} ${pages.sent === 1 ? "page" : "pages"}, ${pages.seen} seen${seen}, ${pages.answered} answered${answered}`;
}

function ruleLine({ service, rule, fired, acknowledged }: RuleDay): string {
  return `• ${fired} × *${plain(rule)}* (${plain(service)})${acknowledged === 0 ? ", never acknowledged" : ""}`;
}

function noiseLine({ service, rule, fired, shortLived }: RuleDay): string {
  return `• ${shortLived} of ${fired} × *${plain(rule)}* (${plain(service)}) ended within 5 minutes`;
}
