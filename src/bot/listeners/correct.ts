import { alertName } from "../../alert/alert.ts";
import type { AlertGroup } from "../../alert/group.ts";
import type { ActionResult, Actor } from "../../operations/actions-types.ts";
import type { Desk } from "../desk.ts";
import { notice } from "../messages/notice.ts";
import { plain } from "../messages/payload.ts";
import type { Reply } from "./reply.ts";

/** Who corrects what, and where they are answered. */
export interface Correction {
  readonly desk: Desk;
  readonly actor: Actor;
  readonly reply: Reply;
  readonly group: AlertGroup;
}

/** The rule whose severity a word on a group is about: that of its cause, else of its first alert. */
function ruleOf({
  alerts,
  rootFingerprint,
  service,
}: AlertGroup): { alertname: string; service: string | null } | null {
  const alert = alerts.find(({ fingerprint }) => fingerprint === rootFingerprint) ?? alerts[0];
  return alert === undefined ? null : { alertname: alertName(alert), service: alert.labels["service"] ?? service };
}

/** Corrects the severity of a group's rule and tells the person what changes by it. */
export async function correctSeverity(
  { desk, actor, reply, group }: Correction,
  severity: string,
  words = "",
): Promise<void> {
  const details = { ...ruleOf(group), severity, was: group.severity, words };
  const result = await desk.actions.feedback(
    { kind: "wrong-severity", subject: group.id, groupId: group.id, details },
    actor,
  );
  await tellEffect(desk, result, reply);
}

/** Puts a group into another: one message stays, the other says where it went. */
export async function mergeInto({ desk, actor, reply, group }: Correction, into: string): Promise<void> {
  const result = await desk.actions.merge({ into, from: group.id }, actor);
  if (result.ok) {
    const where = result.group === null ? into : result.group.title;
    const reasons = [`Put into “${where}” (${into}) by ${actor.person.name}: see there.`];
    const gone = { ...group, state: "resolved", endsAt: desk.clock(), alerts: [], solutions: [], reasons } as const;
    await desk.publisher.publish(gone, { urgent: true });
  }
  await tellEffect(desk, result, reply);
}

/** Takes alerts out of a group. */
export async function takeApart(
  { desk, actor, reply, group }: Correction,
  fingerprints: readonly string[],
): Promise<void> {
  await tellEffect(desk, await desk.actions.split({ groupId: group.id, fingerprints }, actor), reply);
}

async function tellEffect(desk: Desk, result: ActionResult, reply: Reply): Promise<void> {
  if (result.group !== null) {
    await desk.publisher.publish(result.group, { urgent: true });
  }
  await reply(notice(`${result.ok ? ":pray:" : ":information_source:"} ${plain(result.reason)}`));
}
