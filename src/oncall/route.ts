import type { AlertGroup, Person } from "../alert/group.ts";
import { type SeverityRanking, severityRank } from "../alert/severity.ts";
import { isWithin } from "./hours.ts";
import type { Schedule } from "./load.ts";
import { quietUntil } from "./quiet.ts";
import type { Roster, RoutingRule } from "./schema.ts";
import { type Exceptions, holidayTest } from "./turn.ts";
import { type OwnersOf, onDutyOf, personNamed, rosterOf } from "./who.ts";

/** What routing needs to know besides the group. */
export interface RouteContext {
  readonly schedule: Schedule;
  readonly exceptions: Exceptions;
  readonly severities: SeverityRanking;
  readonly ownersOf: OwnersOf;
  /** People by name who want quiet now, until when; what cannot wait reaches them all the same. */
  readonly quietFor?: ReadonlyMap<string, Date>;
}

interface Routed {
  /** Null when no roster answers for it: the fallback does. */
  readonly roster: string | null;
  readonly escalation: string;
  /** Who would be paged first. */
  readonly person: Person;
  /** Where the roster's notes go; null where there is no such channel. */
  readonly channel: string | null;
  /** True when nobody is on call and the person is the fallback: say so loudly. */
  readonly nobody: boolean;
  readonly reason: string;
}

/** Whether to wake somebody for a group: now, when quiet hours end, or not at all; and why. */
export type RouteDecision =
  | ({ readonly kind: "page" } & Routed)
  | ({ readonly kind: "hold"; readonly until: Date } & Routed)
  | { readonly kind: "none"; readonly reason: string };

/** From this severity on people are woken in their own quiet hours too, where the schedule has none. */
const URGENT = "critical";

/** Decides for a group at a moment by its state, the routing rules, its severity and quiet hours. */
export function routeGroup(group: AlertGroup, context: RouteContext, now: Date): RouteDecision {
  const { schedule } = context;
  if (group.state !== "firing") {
    return { kind: "none", reason: `it is ${group.state}` };
  }
  const owners = ownersOf(group, context);
  const rule = schedule.routing.rules.find((one) => fits(one, group, owners, schedule, now));
  const urgency = urgencyOf(group, rule, context);
  if (urgency.kind === "none") {
    return { kind: "none", reason: urgency.reason };
  }
  const routed = routeTo(group, rule, owners, context, now, urgency.reason);
  if (urgency.kind === "page") {
    return { kind: "page", ...routed };
  }
  const own = context.quietFor?.get(routed.person.name) ?? null;
  const until = later(quietUntil(schedule, now), own);
  const whose = until !== null && until === own ? `${routed.person.name}'s quiet hours end` : "quiet hours end";
  return until === null
    ? { kind: "page", ...routed }
    : { kind: "hold", until, ...routed, reason: `${routed.reason}; it can wait until ${whose}` };
}

function later(one: Date | null, other: Date | null): Date | null {
  return one === null || (other !== null && other > one) ? other : one;
}

function ownersOf(group: AlertGroup, context: RouteContext): readonly string[] {
  return group.owners.length > 0 || group.service === null ? group.owners : context.ownersOf(group.service);
}

function fits(rule: RoutingRule, group: AlertGroup, owners: readonly string[], schedule: Schedule, now: Date): boolean {
  const { during } = rule;
  return (
    (rule.services === undefined || (group.service !== null && rule.services.includes(group.service))) &&
    (rule.owners === undefined || rule.owners.some((owner) => owners.includes(owner))) &&
    (rule.severities === undefined || rule.severities.includes(group.severity)) &&
    (rule.classes === undefined || group.alerts.some(({ labels }) => rule.classes?.includes(labels["class"] ?? ""))) &&
    (during === undefined || isWithin(during, during.timezone ?? schedule.timezone, holidayTest(schedule), now))
  );
}

/** `hold` means: hold while it is quiet, page otherwise. */
function urgencyOf(
  { severity }: AlertGroup,
  rule: RoutingRule | undefined,
  { schedule, severities }: RouteContext,
): { readonly kind: "page" | "hold" | "none"; readonly reason: string } {
  if (rule !== undefined) {
    return {
      kind: rule.action,
      reason: `routing rule ${schedule.routing.rules.indexOf(rule) + 1} says ${rule.action}`,
    };
  }
  const rank = severityRank(severity, severities);
  const { pageFrom } = schedule.routing;
  if (rank < severityRank(pageFrom, severities)) {
    return { kind: "none", reason: `severity ${severity} is below ${pageFrom}` };
  }
  const canWait = rank < severityRank(schedule.quiet?.except ?? URGENT, severities);
  return { kind: canWait ? "hold" : "page", reason: `severity ${severity} is ${pageFrom} or worse` };
}

function routeTo(
  group: AlertGroup,
  rule: RoutingRule | undefined,
  owners: readonly string[],
  { schedule, exceptions }: RouteContext,
  now: Date,
  because: string,
): Routed {
  const named = schedule.rosters.find(({ name }) => name === rule?.roster);
  const found =
    named === undefined
      ? rosterOf(schedule, group.service, owners)
      : { roster: named, reason: `the rule names roster ${named.name}` };
  const roster = found?.roster ?? null;
  const first =
    roster === null ? undefined : onDutyOf(schedule, roster, now, exceptions).find(({ person }) => person !== null);
  const person = first?.person ?? null;
  const who = person === null ? `nobody is on call, ${schedule.fallback.person} is the fallback` : first?.because;
  return {
    roster: roster?.name ?? null,
    escalation: rule?.escalation ?? roster?.escalation ?? "standard",
    person: person ?? personNamed(schedule, schedule.fallback.person),
    channel: channelOf(schedule, roster),
    nobody: person === null,
    reason: [because, found?.reason ?? "no roster answers for it", who].join("; "),
  };
}

function channelOf({ fallback }: Schedule, roster: Roster | null): string | null {
  return roster?.channel ?? fallback.channel ?? null;
}
