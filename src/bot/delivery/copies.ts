import type { Logger } from "pino";
import { type Clock, steadyTime } from "../../alert/clock.ts";
import { type SeverityRanking, severityRank } from "../../alert/severity.ts";
import type { SlackMessage } from "../../store/store.ts";
import { groupMessage } from "../messages/group.ts";
import type { GroupView } from "../messages/group-view.ts";
import type { Payload } from "../messages/payload.ts";
import type { People } from "../people.ts";
import { type Outbox, PRIORITY } from "./outbox.ts";
import type { Poster } from "./poster.ts";
import type { QuietUntil } from "./quiet-hours.ts";
import type { Subscriptions } from "./subscriptions.ts";

export interface CopyParts {
  readonly subscriptions: Subscriptions;
  readonly poster: Poster;
  readonly people: People;
  readonly outbox: Outbox;
  readonly quietUntil: QuietUntil;
  readonly severities: SeverityRanking;
  readonly clock: Clock;
  readonly log: Logger;
}

const AGAIN_AFTER = 600_000;
const MOST_FAILED = 1000;
const ASKED_FOR = "You asked to be shown these alerts; `/anomaly unsubscribe` ends it.";

/**
 * Shows groups to those who subscribed, each as a living message of its own. What is not critical waits for the end of a
 * person's quiet hours, and is not told when it is over by then. A reader who cannot be reached does not keep others from it.
 * @returns to be called whenever a group that has its own message is shown, with its messages
 */
export function createCopies(parts: CopyParts): (view: GroupView, known: readonly SlackMessage[]) => Promise<void> {
  const { subscriptions, poster, log, clock } = parts;
  const notBefore = new Map<string, number>();
  return async (view, known) => {
    const { group } = view;
    const payload = groupMessage({ ...view, pageReason: ASKED_FOR });
    const copies = known.filter(({ kind }) => kind === "copy");
    const wanting = await subscriptions.wanting(group);
    await Promise.all(copies.map((copy) => poster.edit(copy, payload, PRIORITY.edit)));
    if (group.state === "resolved") {
      return;
    }
    for (const target of wanting.keys()) {
      const key = `copy/${group.id}/${target}`;
      if ((notBefore.get(key) ?? 0) > steadyTime(clock)) {
        continue;
      }
      try {
        await show({ key, target, view, known, payload }, parts);
      } catch (error) {
        log.warn({ err: error, group: group.id, target }, "subscriber could not be told");
        if (notBefore.size >= MOST_FAILED) {
          notBefore.clear();
        }
        notBefore.set(key, steadyTime(clock) + AGAIN_AFTER);
      }
    }
  };
}

interface Copy {
  readonly key: string;
  readonly target: string;
  readonly view: GroupView;
  readonly known: readonly SlackMessage[];
  readonly payload: Payload;
}

async function show(
  { key, target, view, known, payload }: Copy,
  { poster, people, outbox, quietUntil, severities, clock }: CopyParts,
): Promise<void> {
  const isMember = /^[UW]/.test(target);
  const canWait = severityRank(view.group.severity, severities) < severityRank("critical", severities);
  if (isMember && canWait && (await quietUntil(target, clock())) !== null) {
    return;
  }
  const channel = isMember ? await outbox.send(target, PRIORITY.alert, () => people.directChannel(target)) : target;
  // Its channel, or a page, shows it there already.
  if (known.some((message) => message.channel === channel)) {
    return;
  }
  const place = { key, groupId: view.group.id, channel, kind: "copy", priority: PRIORITY.alert } as const;
  await poster.post(place, payload);
}
