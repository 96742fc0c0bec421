import { summaryOf } from "../../transfers/alerts/alerts.ts";
import { type TransfersOverview, transfersOverview } from "../../transfers/alerts/overview.ts";
import { type ModelChoice, scorerOf } from "../../transfers/files/model.ts";
import { readTransfers } from "../../transfers/files/transfer-file.ts";
import { createCleanUp } from "../../transfers/model/clean-up.ts";
import type { TransferIncident } from "../../transfers/model/incident.ts";
import { linkOf } from "../../transfers/model/transfer.ts";
import { TransferWatch } from "../../transfers/model/watch.ts";
import { formatTable } from "../table.ts";

export interface TopOptions extends ModelChoice {
  readonly test: string;
  readonly rate: number;
  /** A site or storage element; null for all. */
  readonly site: string | null;
  readonly most: number;
}

const MOST_CLOSED = 1000;

/**
 * Walks through a file as the service does through what comes: what was slow or failed in it, and the single transfers that
 * lasted longest for what they are.
 * @throws UserError for what cannot be read, or when there is nothing to learn from
 */
export async function topTransfers(options: TopOptions): Promise<TransfersOverview> {
  const watch = new TransferWatch(await scorerOf(options), options.rate);
  const cleanUp = createCleanUp(false);
  let closed: TransferIncident[] = [];
  let judged = 0;
  for await (const { raw } of readTransfers(options.test)) {
    const { transfer, flaws } = cleanUp.take(raw ?? {});
    if (transfer !== null) {
      judged++;
      const over = watch.take(transfer, flaws).incidents.filter(({ closedAt }) => closedAt !== null);
      closed = over.length === 0 ? closed : [...over, ...closed].slice(0, MOST_CLOSED);
    }
  }
  const now = {
    state: "watching",
    note: null,
    model: null,
    judged,
    rate: options.rate,
    threshold: watch.threshold,
    cleaned: cleanUp.counts,
    open: watch.open(),
    closed,
    top: watch.top(),
  } as const;
  const overview = transfersOverview(now, [], options.site);
  return { ...overview, top: overview.top.slice(0, options.most) };
}

/** The overview for a terminal. */
export function renderTop({ judged, open, closed, top, threshold }: TransfersOverview): string {
  const incidents = [...open.map(({ incident }) => incident), ...closed];
  const lines = incidents.map(
    (incident) =>
      `${stamp(incident.since)} – ${incident.closedAt === null ? "still" : stamp(incident.closedAt)}  ${summaryOf(incident)}${incident.because === null ? "" : ` (${incident.because})`}`,
  );
  const rows = top.map(({ transfer, endedAt, expected, upper, score }) =>
    [
      stamp(endedAt),
      linkOf(transfer),
      transfer.activity,
      `${(transfer.bytes / 1e6).toPrecision(3)} MB`,
      `${transfer.duration} s`,
      `${Math.round(expected)} s`,
      `${Math.round(upper)} s`,
      score.toFixed(2),
    ].map((text) => ({ text })),
  );
  const head = ["ended", "link", "activity", "size", "took", "expected", "at most", "score"];
  const table = rows.length === 0 ? "" : `\n${formatTable(head, rows)}`;
  const said = lines.length === 0 ? "No link or storage element is slow or failing.\n" : `${lines.join("\n")}\n`;
  return `${judged} transfers, anomalous from score ${threshold.toFixed(2)}\n\n${said}${table}`;
}

function stamp(at: Date): string {
  return at.toISOString().slice(0, 16).replace("T", " ");
}
