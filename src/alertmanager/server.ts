import { z } from "zod";
import { Address } from "../alert/address.ts";
import type { Alert } from "../alert/alert.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import { type Clock, steadyTime } from "../alert/clock.ts";
import { fingerprint } from "../alert/fingerprint.ts";
import { AlertmanagerError } from "./error.ts";
import { createSender, type HttpOptions } from "./http.ts";
import {
  alertSchema,
  createdSilenceSchema,
  groupSchema,
  receiverSchema,
  type ServerStatus,
  silenceSchema,
  statusSchema,
  toActiveAlert,
  toGroup,
  toSilence,
  toStatus,
} from "./schema.ts";
import { alertQuery, toPostable, toPostableSilence } from "./wire.ts";

/** Alerts in one request: about a megabyte, which every proxy lets through. */
const BATCH = 1000;
/** Requests at once: Alertmanager spends most of its time on reading one, and does that side by side. */
const LANES = 2;
/** How long the resolve timeout that a server told us is believed. */
const RESOLVE_TIMEOUT_FOR = 600_000;

/** One Alertmanager reached over HTTP. */
export interface AlertmanagerServer extends Alertmanager {
  /** Base address, without credentials. */
  readonly address: string;
  status(): Promise<ServerStatus>;
}

/** A client of one Alertmanager's API v2. Every method throws AlertmanagerError. */
export function createAlertmanagerServer(
  given: Address | string,
  options: HttpOptions & { readonly clock: Clock },
): AlertmanagerServer {
  const address = Address.from(given).withoutSuffix(/\/api\/v[12]$/);
  const send = createSender(address, options);
  const get = <T>(path: string, answer: z.ZodType<T>) =>
    send({ method: "GET", path: `/api/v2${path}`, answer, isIdempotent: true });
  let resolveTimeout: { readonly value: number; readonly until: number } | null = null;

  const status = async () => {
    const answer = toStatus(await get("/status", statusSchema));
    resolveTimeout = { value: answer.resolveTimeout, until: steadyTime(options.clock) + RESOLVE_TIMEOUT_FOR };
    return answer;
  };
  const knownResolveTimeout = async () => {
    const known = resolveTimeout;
    return known !== null && known.until > steadyTime(options.clock) ? known.value : (await status()).resolveTimeout;
  };

  return {
    address: address.toString(),
    status,
    async alerts(filter = {}) {
      const timeout = await knownResolveTimeout();
      const wire = await get(`/alerts${alertQuery(filter)}`, z.array(alertSchema));
      return wire.map((alert) => toActiveAlert(alert, timeout));
    },
    async groups(filter = {}) {
      const timeout = await knownResolveTimeout();
      const wire = await get(`/alerts/groups${alertQuery(filter)}`, z.array(groupSchema));
      return wire.map((group) => toGroup(group, timeout));
    },
    async post(alerts) {
      let refusal: unknown = null;
      const postBatch = async (batch: readonly Alert[]) => {
        const now = options.clock();
        const body = batch.map((alert) => toPostable(alert, now));
        try {
          await send({ method: "POST", path: "/api/v2/alerts", body, answer: "nothing", isIdempotent: true });
        } catch (error) {
          // A refused batch has its good alerts stored all the same, and says nothing about the next batch.
          if (!(error instanceof AlertmanagerError) || error.status !== 400) {
            throw error;
          }
          refusal ??= error;
        }
      };
      const batches = Array.from({ length: Math.ceil(alerts.length / BATCH) }, (_, at) =>
        alerts.slice(at * BATCH, (at + 1) * BATCH),
      );
      await inLanes(batches, batches.length > 1 && !hasRepeats(alerts) ? LANES : 1, postBatch);
      // Alertmanager accepts alerts with an empty answer, as any broken proxy gives: it has to show that it is one.
      await status();
      if (refusal !== null) {
        throw refusal;
      }
    },
    async silences(matchers = []) {
      return (await get(`/silences${alertQuery({ matchers })}`, z.array(silenceSchema))).map(toSilence);
    },
    async putSilence(request) {
      const answer = await send({
        method: "POST",
        path: "/api/v2/silences",
        body: toPostableSilence(request),
        answer: createdSilenceSchema,
        isIdempotent: request.id !== undefined,
      });
      return answer.silenceID;
    },
    async expireSilence(id) {
      const path = `/api/v2/silence/${encodeURIComponent(id)}`;
      await send({ method: "DELETE", path, answer: "nothing", isIdempotent: true });
      await status();
    },
    async receivers() {
      return (await get("/receivers", z.array(receiverSchema))).map((receiver) => receiver.name);
    },
  };
}

/** Of two states of one alert the second must arrive second. */
function hasRepeats(alerts: readonly Alert[]): boolean {
  return new Set(alerts.map(({ labels }) => fingerprint(labels))).size < alerts.length;
}

/** Works on items in their order, so many at once; after a failure no further one is begun. @throws the first failure */
async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  let hasFailed = false;
  const lane = async () => {
    for (const item of left) {
      if (hasFailed) {
        return;
      }
      await work(item).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failure = ended.find((one) => one.status === "rejected");
  if (failure !== undefined) {
    throw failure.reason;
  }
}
