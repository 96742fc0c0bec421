import { z } from "zod";
import { DQM_STATUSES, MAX_LUMISECTION, MAX_RUN } from "../alert/dqm.ts";

const reason = z.string().trim().min(1).max(1000);
const id = z.string().max(500);
const minutes = z.int().positive().max(100_000);

/** What a person may do on the dashboard. */
export const actionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("acknowledge"), group: id, minutes: minutes.default(60) }),
  z.strictObject({ kind: z.literal("unacknowledge"), group: id }),
  z.strictObject({
    kind: z.literal("silence"),
    matchers: z.array(z.string().max(10_000)).min(1).max(50),
    minutes,
    reason,
  }),
  z.strictObject({ kind: z.literal("expire-silence"), silence: id, reason: reason.optional() }),
  z.strictObject({ kind: z.literal("not-anomaly"), anomaly: id, reason }),
  z.strictObject({ kind: z.literal("revoke-feedback"), feedback: id }),
  z.strictObject({
    kind: z.literal("overrule"),
    run: z.int().positive().max(MAX_RUN),
    first: z.int().positive().max(MAX_LUMISECTION),
    last: z.int().positive().max(MAX_LUMISECTION),
    status: z.enum(DQM_STATUSES),
    reason,
  }),
  z.strictObject({ kind: z.literal("revoke-overrule"), overrule: id }),
  z.strictObject({ kind: z.literal("activate-model"), model: id }),
  z.strictObject({
    kind: z.literal("inject"),
    service: id,
    anomaly: z.enum(["point", "contextual", "collective", "down", "absent"]),
    minutes: minutes.default(10),
  }),
]);
export type WebAction = z.output<typeof actionSchema>;

export type Role = "viewer" | "operator" | "admin";
const RANKS = { viewer: 0, operator: 1, admin: 2 } as const satisfies Record<Role, number>;

/** The role an action needs: undoing what a model learnt or which one is live is for admins. */
export function roleFor(action: WebAction): Role {
  return action.kind === "activate-model" || action.kind === "revoke-feedback" ? "admin" : "operator";
}

/** True when the role is the needed one or above. */
export function mayAs(role: Role, needed: Role): boolean {
  return RANKS[role] >= RANKS[needed];
}

export const outcomeView = z.object({
  ok: z.boolean(),
  message: z.string().describe("What was done, or why not: a sentence for the person."),
});
export type OutcomeView = z.output<typeof outcomeView>;
