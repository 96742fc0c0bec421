import type { Logger } from "pino";
import type { Alert } from "../../alert/alert.ts";
import type { Alertmanager } from "../../alert/alertmanager.ts";
import type { Clock } from "../../alert/clock.ts";
import { DEFAULT_RESOLVE_TIMEOUT } from "../schema.ts";
import type { AlertmanagerServer } from "../server.ts";
import type { SyncStates } from "../sync-types.ts";
import { everyAnswer, firstAnswer } from "./answers.ts";
import { createClusterSilences } from "./cluster-silences.ts";
import { createMember, type Delivery, type Member, type MemberHealth } from "./member.ts";
import { mergeAlerts, mergeGroups } from "./merge.ts";
import { createMeshFinder } from "./mesh.ts";
import { createMissed } from "./missed.ts";

/** Several Alertmanagers as one: written to all, read from the first that answers. */
export interface AlertmanagerCluster extends Alertmanager {
  health(): readonly MemberHealth[];
  /** Tries those that are away now, and gives them what they missed. */
  catchUp(): Promise<readonly MemberHealth[]>;
}

export interface ClusterOptions {
  readonly log: Pick<Logger, "info" | "warn">;
  readonly clock: Clock;
  /** From how many of them alerts and groups are read; `first` by default. */
  readonly read?: "first" | "all";
  /** Where what one of several missed is kept over restarts. The store's StateRepository is one. */
  readonly states?: SyncStates;
}

/**
 * `post` succeeds when at least one server accepted; the others are reported, and get what they missed when they return,
 * resolutions too.
 */
export function createAlertmanagerCluster(
  servers: readonly AlertmanagerServer[],
  options: ClusterOptions,
): AlertmanagerCluster {
  const { log, clock } = options;
  const now = () => clock().getTime();
  // Nobody knows what happened before this process: the first post brings silences into step, too.
  let hasReturned = servers.length > 1;
  const onReturn = () => {
    hasReturned = true;
  };
  const members = servers.map((server) => {
    const missed =
      servers.length === 1 || options.states === undefined ? null : createMissed(options.states, server.address);
    return createMember(server, { log, clock, missed, onReturn });
  });
  const findMeshes = createMeshFinder(members, now);
  const silences = createClusterSilences(findMeshes, log);
  let lastPost: Promise<unknown> = Promise.resolve();

  const readFirst = <T>(request: (server: AlertmanagerServer) => Promise<T>) =>
    firstAnswer(inReadingOrder(members, now()), request);
  const readLists = async <T>(request: (server: AlertmanagerServer) => Promise<T>): Promise<readonly T[]> =>
    options.read === "all" ? everyAnswer(members, request) : [await readFirst(request)];

  const deliver = async (alerts: readonly Alert[], isUrgent: boolean) => {
    const noneIsUp = members.every((member) => member.health().degradedSince !== null);
    const deliveries = await Promise.all(members.map((member) => member.deliver(alerts, isUrgent || noneIsUp)));
    await settle(members, deliveries, alerts, log);
    await reconcile();
  };
  /** A server that was away may have missed silences, too. */
  const reconcile = async () => {
    if (hasReturned) {
      hasReturned = false;
      await silences.reconcile().catch((error: unknown) => {
        hasReturned = true;
        log.warn({ fault: (error as Error).message }, "silences could not be brought into step; tried again soon");
      });
    }
  };
  /** One post after the other, so that no older state overtakes a newer one. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = lastPost.then(work, work);
    lastPost = turn.catch(() => undefined);
    return turn;
  };

  return {
    alerts: async (filter) => mergeAlerts(await readLists((server) => server.alerts(filter))),
    groups: async (filter) => mergeGroups(await readLists((server) => server.groups(filter))),
    post: (alerts) => (alerts.length === 0 ? Promise.resolve() : inTurn(() => deliver(alerts, false))),
    ...silences,
    status: () => readFirst((server) => server.status()),
    receivers: () => readFirst((server) => server.receivers()),
    health: () => members.map((member) => member.health()),
    async catchUp() {
      const away = members.filter((member) => member.health().degradedSince !== null || member.health().missed > 0);
      await inTurn(async () => {
        await Promise.all(away.map((member) => member.deliver([], true)));
        await reconcile();
      });
      return members.map((member) => member.health());
    },
  };
}

/** Those that are well first, those that have just returned after them, those that are away last. */
function inReadingOrder(members: readonly Member[], now: number): readonly Member[] {
  const rank = (member: Member) => {
    if (member.health().degradedSince !== null) {
      return 2;
    }
    const returnedAt = member.returnedAt();
    return returnedAt !== null && returnedAt + DEFAULT_RESOLVE_TIMEOUT > now ? 1 : 0;
  };
  return members.toSorted((left, right) => rank(left) - rank(right));
}

async function settle(
  members: readonly Member[],
  deliveries: readonly Delivery[],
  alerts: readonly Alert[],
  log: Pick<Logger, "warn">,
): Promise<void> {
  const errors = deliveries.flatMap((delivery) => ("error" in delivery ? [delivery.error] : []));
  const isAccepted = deliveries.some((delivery) => delivery.outcome === "accepted");
  const [fault] = errors;
  if (!isAccepted && fault !== undefined) {
    throw fault;
  }
  for (const [index, delivery] of deliveries.entries()) {
    if (delivery.outcome === "refused") {
      log.warn({ address: delivery.error.address, fault: delivery.error.what }, "Alertmanager refused alerts");
    } else if (delivery.outcome !== "accepted") {
      await members[index]?.remember(alerts);
    }
  }
}
