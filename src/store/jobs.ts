import PgBoss from "pg-boss";
import type { Logger } from "pino";
import type { OpenedStore } from "./open.ts";

/**
 * Work that is handed out over all replicas: each job goes to one of them, a schedule fires once however many run, and a
 * job whose process dies is given to another. The queue lives in the store's database, in a schema of its own.
 */
export interface Jobs {
  /** Does jobs of a queue in this process, one at a time. One that throws is tried again, with growing pauses. */
  work<T extends object>(queue: string, handler: (data: T) => Promise<void>): Promise<void>;
  /**
   * Hands a job out. Of those with the same key (or of the queue, without one) one waits at most while one is done.
   * @returns false when such a job waits already
   */
  send(queue: string, data: object, key?: string): Promise<boolean>;
  /** Sends a job again and again. @param cron five fields, in UTC; the finest is a minute */
  schedule(queue: string, cron: string, data?: object): Promise<void>;
  /** Lets jobs that are being done end, within 30 seconds. */
  stop(): Promise<void>;
}

export interface JobOptions {
  readonly log?: Logger;
  /** Seconds between two looks for work; at least 0.5. */
  readonly poll?: number;
  /** Seconds after which a job that has not ended is taken for lost and handed out again. */
  readonly expire?: number;
  readonly retries?: number;
}

const STOP_WITHIN = 30_000;
/** PostgreSQL's code for a deadlock that it broke up. */
const DEADLOCK = "40P01";
const MOST_ATTEMPTS = 10;

/** Opens the queue in a store's database, and makes its tables where they are missing. */
export async function openJobs(store: Pick<OpenedStore, "sql">, options: JobOptions = {}): Promise<Jobs> {
  const { log, poll = 2, expire = 3600, retries = 3 } = options;
  const boss = new PgBoss({ db: { executeSql: store.sql }, schema: "cmswatch_jobs" });
  boss.on("error", (error) => log?.error({ error: error.message }, "job queue"));
  await boss.start();
  const known = new Map<string, Promise<void>>();
  const ready = (queue: string) => {
    const made = known.get(queue) ?? makeQueue(boss, queueOptions(queue, expire, retries));
    known.set(queue, made);
    made.catch(() => known.delete(queue));
    return made;
  };
  return {
    async work<T extends object>(queue: string, handler: (data: T) => Promise<void>) {
      await ready(queue);
      await boss.work<T>(queue, { pollingIntervalSeconds: poll, batchSize: 1 }, async (jobs) => {
        for (const job of jobs) {
          await handler(job.data);
        }
      });
    },
    async send(queue, data, key) {
      await ready(queue);
      return (await boss.send(queue, data, key === undefined ? {} : { singletonKey: key })) !== null;
    },
    async schedule(queue, cron, data = {}) {
      await ready(queue);
      await boss.schedule(queue, cron, data, { tz: "UTC" });
    },
    stop: () => boss.stop({ graceful: true, wait: true, timeout: STOP_WITHIN, close: false }),
  };
}

/** Replicas that make queues at the same moment can lock each other out: PostgreSQL ends one of them, which tries again. */
async function makeQueue(boss: PgBoss, queue: PgBoss.Queue): Promise<void> {
  for (let attempt = 1; (await boss.getQueue(queue.name)) === null; attempt++) {
    try {
      await boss.createQueue(queue.name, queue);
    } catch (error) {
      if ((error as { code?: string }).code !== DEADLOCK || attempt === MOST_ATTEMPTS) {
        throw error;
      }
    }
  }
}

function queueOptions(name: string, expire: number, retries: number): PgBoss.Queue {
  return { name, policy: "stately", retryLimit: retries, retryDelay: 1, retryBackoff: true, expireInSeconds: expire };
}
