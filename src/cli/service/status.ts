import axios from "axios";
import { z } from "zod";
import { relativeTime } from "../relative-time.ts";
import { formatTable } from "../table.ts";
import type { Service } from "./process.ts";

const PATIENCE = 5000;
const MAX_ANSWER = 5_000_000;

const statusSchema = z.object({
  version: z.string(),
  startedAt: z.string(),
  parts: z.array(
    z.object({ name: z.string(), state: z.string(), lastSuccess: z.string().nullable(), detail: z.string() }),
  ),
});

/** What the service says of itself; `fault` when it does not answer as it should. */
export interface StatusAnswer {
  readonly version: string | null;
  readonly parts: z.output<typeof statusSchema>["parts"];
  readonly fault: string | null;
}

/** Asks the service how its sources are. Never throws for what it answers. */
export async function fetchStatus(url: string, token: string | undefined): Promise<StatusAnswer> {
  try {
    const { data } = await axios.get<unknown>(new URL("/api/v1/status", url).href, {
      timeout: PATIENCE,
      maxContentLength: MAX_ANSWER,
      proxy: false,
      ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    });
    const { version, parts } = statusSchema.parse(data);
    return { version, parts, fault: null };
  } catch (error) {
    const because = axios.isAxiosError(error) ? error.message : "its answer is not a status";
    return { version: null, parts: [], fault: `it runs, but ${url} does not say how it is: ${because}` };
  }
}

/** For people: one line about the process, then one per source with its last success and counts. */
export function formatStatus(service: Service, answer: StatusAnswer, now: Date): string {
  const since = relativeTime(new Date(service.since), now);
  const version = answer.version === null ? "" : ` ${answer.version}`;
  const head = `cmswatch${version} runs as process ${service.pid} at ${service.url}, started ${since}, with ${service.config}\n`;
  if (answer.fault !== null) {
    return `${head}${answer.fault}\n`;
  }
  const rows = answer.parts.map(({ name, state, lastSuccess, detail }) =>
    [name, state, relativeTime(lastSuccess === null ? null : new Date(lastSuccess), now), detail].map((text) => ({
      text,
    })),
  );
  return `${head}${formatTable(["SOURCE", "STATE", "LAST SUCCESS", "DETAILS"], rows)}`;
}
