import type { Logger } from "pino";
import { UserError } from "../alert/user-error.ts";
import type { Config } from "../config/schema.ts";
import { isServerUrl } from "../config/store-place.ts";
import { isWildcard, readListen } from "../http/listen.ts";
import { startStandby } from "../runtime/standby.ts";
import type { Turn } from "../store/turn.ts";

/**
 * Of all replicas on one PostgreSQL only one works at a time. Waits until it is this one, answering for it meanwhile.
 * @returns the turn; null when it was interrupted first; "alone" where the store is this process's own
 */
export async function takeTurn(
  config: Pick<Config, "store" | "web" | "slack">,
  interrupted: Promise<string>,
  log: Logger,
): Promise<Turn | "alone" | null> {
  const { url, password } = config.store;
  if (!isServerUrl(url)) {
    return "alone";
  }
  const waiting = new AbortController();
  interrupted.then(() => waiting.abort()).catch(() => {});
  const { awaitTurn } = await import("../store/turn.ts");
  const { host, port } = readListen(config.web.listen);
  if (config.web.advertise === undefined && isWildcard(host)) {
    throw new UserError(
      `is not set, and web.listen ${config.web.listen} is no address at which other replicas reach this one`,
      "web.advertise",
      "set it to this replica's own address, e.g. http://10.0.0.5:8420 (in Kubernetes from status.podIP)",
    );
  }
  const standby = await startStandby(config);
  const address = config.web.advertise ?? `http://${host}:${port === 0 ? standby.port : port}`;
  let known: string | null = null;
  const onWaiting = (leader: string | null) => {
    standby.leaderIs(leader);
    if (leader !== known) {
      log.info({ leader }, "another replica works; this one stands by");
      known = leader;
    }
  };
  try {
    return await awaitTurn({ url, password, address, signal: waiting.signal, log, onWaiting });
  } finally {
    await standby.close();
  }
}
