import type { Logger } from "pino";
import type { Config } from "../config/schema.ts";
import { isServerUrl } from "../config/store-place.ts";
import { startStandby } from "../runtime/standby.ts";
import type { Turn } from "../store/turn.ts";
import { readListen } from "../web/web.ts";

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
  const standby = await startStandby(config);
  const { host, port } = readListen(config.web.listen);
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
