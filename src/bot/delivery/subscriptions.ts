import { z } from "zod";
import type { Clock } from "../../alert/clock.ts";
import type { AlertGroup } from "../../alert/group.ts";
import { type SeverityRanking, severityRank } from "../../alert/severity.ts";
import type { Store } from "../../store/store.ts";

const subscriptionSchema = z.object({
  /** Null: of every service. */
  service: z.string().nullable(),
  /** From this severity on; null: of every severity. */
  severity: z.string().nullable(),
  by: z.string(),
});
const listSchema = z.array(subscriptionSchema);

/** What a person or a channel wants to be shown. */
export type Subscription = z.output<typeof subscriptionSchema>;

/** Who wants to be shown which alerts. A target is a member (`U…`) or a channel (`C…`). */
export interface Subscriptions {
  of(target: string): Promise<readonly Subscription[]>;
  /** Of the same service the newer one counts. @returns false when there are too many already */
  add(target: string, subscription: Subscription): Promise<boolean>;
  /** @returns how many were ended */
  remove(target: string, ends: (subscription: Subscription) => boolean): Promise<number>;
  /** Targets that want this group, with what they asked for. */
  wanting(group: AlertGroup): Promise<ReadonlyMap<string, Subscription>>;
}

const PREFIX = "bot/subscriptions/";
const MOST = 30;
const KEPT_FOR = 15_000;

/** Subscriptions in the store; another replica hears of a change within 15 seconds. */
export function createSubscriptions(states: Store["states"], severities: SeverityRanking, clock: Clock): Subscriptions {
  let known: { readonly all: ReadonlyMap<string, readonly Subscription[]>; readonly until: number } | null = null;
  const parse = (value: unknown): readonly Subscription[] => listSchema.safeParse(value).data ?? [];
  const of = async (target: string) => parse(await states.get(PREFIX + target));
  const put = async (target: string, list: readonly Subscription[]) => {
    await (list.length === 0 ? states.remove(PREFIX + target) : states.put(PREFIX + target, list));
    known = null;
  };
  const all = async () => {
    const now = clock().getTime();
    if (known === null || known.until <= now) {
      const found = await states.list(PREFIX);
      const lists = [...found].map(([key, value]) => [key.slice(PREFIX.length), parse(value)] as const);
      known = { all: new Map(lists), until: now + KEPT_FOR };
    }
    return known.all;
  };
  const fits = ({ service, severity }: Subscription, group: AlertGroup) =>
    (service === null || service === group.service) &&
    (severity === null || severityRank(group.severity, severities) >= severityRank(severity, severities));
  return {
    of,
    async add(target, subscription) {
      const others = (await of(target)).filter(({ service }) => service !== subscription.service);
      if (others.length >= MOST) {
        return false;
      }
      await put(target, [...others, subscription]);
      return true;
    },
    async remove(target, ends) {
      const list = await of(target);
      const kept = list.filter((one) => !ends(one));
      await put(target, kept);
      return list.length - kept.length;
    },
    async wanting(group) {
      const found = [...(await all())].flatMap(([target, list]) => {
        const fitting = list.find((one) => fits(one, group));
        return fitting === undefined ? [] : [[target, fitting] as const];
      });
      return new Map(found);
    },
  };
}

/** What a subscription is to, in words. */
export function subscriptionWords({ service, severity }: Pick<Subscription, "service" | "severity">): string {
  return `${service ?? "all services"}${severity === null ? "" : `, from ${severity} on`}`;
}
