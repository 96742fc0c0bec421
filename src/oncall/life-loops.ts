import axios from "axios";
import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import type { Config } from "../config/schema.ts";
import { createLoop, type Loop } from "../runtime/loop.ts";
import { type Heartbeats, signOfLife } from "./heartbeats.ts";

const LOOK_EVERY = 30_000;
const TIMEOUT = 15_000;
const LARGEST_ANSWER = 100_000;
/** The look at alerts may be this late before no sign of life is sent, besides five of its intervals. */
const LATEST = 300_000;

export interface LifeLoopParts {
  readonly config: Pick<Config, "heartbeats" | "deadMansSwitch">;
  readonly heartbeats: Pick<Heartbeats, "look">;
  /** The loop without which cmswatch is of no use. */
  readonly alertLoop: Pick<Loop, "status" | "every">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Looks for heartbeats that are missing, and sends cmswatch's own sign of life; each where it is configured. */
export function createLifeLoops({ config, heartbeats, alertLoop, clock, log }: LifeLoopParts): readonly Loop[] {
  const { deadMansSwitch } = config;
  const trouble = (): string | null => {
    const { lastSuccess } = alertLoop.status();
    const isLate = lastSuccess === null || clock().getTime() - lastSuccess.getTime() > LATEST + 5 * alertLoop.every;
    return isLate ? `alerts were looked at last ${lastSuccess?.toISOString() ?? "never"}` : null;
  };
  return [
    ...(config.heartbeats.length === 0
      ? []
      : [createLoop({ name: "heartbeats", every: LOOK_EVERY, run: () => heartbeats.look(clock()), clock, log })]),
    ...(deadMansSwitch === undefined
      ? []
      : [
          createLoop({
            name: "sign of life",
            every: deadMansSwitch.every,
            run: () => signOfLife({ url: deadMansSwitch.url, ask, trouble }),
            clock,
            log,
          }),
        ]),
  ];
}

async function ask(url: string): Promise<void> {
  await axios.get(url, { timeout: TIMEOUT, maxContentLength: LARGEST_ANSWER, maxRedirects: 3, responseType: "text" });
}
