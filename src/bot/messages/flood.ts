import type { TableBlock } from "@slack/types";
import { alertName } from "../../alert/alert.ts";
import type { AlertGroup } from "../../alert/group.ts";
import type { Flood } from "../delivery/flood.ts";
import { severityWord } from "./looks.ts";
import { context, cut, lines, link, type Payload, plain, section } from "./payload.ts";
import { moment } from "./time.ts";

/** One line of a flood: groups of one service and rule together. */
export interface FloodRow {
  readonly service: string;
  readonly rule: string;
  readonly groups: number;
  readonly firing: number;
  readonly worst: string;
}

/** Groups by service and rule, most first. */
export function floodRows(groups: readonly AlertGroup[]): readonly FloodRow[] {
  const rows = new Map<string, { service: string; rule: string; groups: number; firing: number; worst: string }>();
  for (const group of groups) {
    const [first] = group.alerts;
    const service = group.service ?? "no service";
    const rule = first === undefined ? group.title : alertName(first);
    const key = JSON.stringify([service, rule]);
    const row = rows.get(key) ?? { service, rule, groups: 0, firing: 0, worst: group.severity };
    row.groups += 1;
    row.firing += group.state === "resolved" ? 0 : 1;
    rows.set(key, row);
  }
  return [...rows.values()].sort((left, right) => right.groups - left.groups || left.rule.localeCompare(right.rule));
}

const SHOWN = 10;
const TABLE_ROWS = 99;

/** One message instead of many; the table is in its thread. */
export function floodMessage(flood: Flood, webUrl: string | null): Payload {
  const rows = floodRows(flood.groups);
  const firing = flood.groups.filter(({ state }) => state !== "resolved").length;
  const head = `${flood.groups.length} more alerts at once, ${firing} still firing`;
  const shown = rows
    .slice(0, SHOWN)
    .map((row) => `• *${row.groups}* × ${plain(row.rule)} (${plain(row.service)}), ${row.firing} firing`);
  return {
    text: `:ocean: FLOOD ${head}`,
    blocks: [section(`:ocean: *FLOOD* · *${head}* since ${moment(flood.since)}`)],
    attachments: [
      {
        color: firing > 0 ? "#d6293e" : "#2f9e63",
        fallback: head,
        blocks: [
          section(lines(rows.length > SHOWN ? [...shown, `_… and ${rows.length - SHOWN} more kinds_`] : shown)),
          context(
            `All of them are in the thread. Those that still fire get their own message when the flood is over.${webUrl === null ? "" : ` ${link(webUrl, "See all")}`}`,
          ),
        ],
      },
    ],
  };
}

/** The flood's groups as a table, at most 99 rows; the rest is counted. */
export function floodTable(flood: Flood): Payload {
  const groups = [...flood.groups].sort((left, right) => (left.service ?? "").localeCompare(right.service ?? ""));
  const cell = (text: string) => ({ type: "raw_text" as const, text: text === "" ? "–" : cut(text, 120) });
  const table: TableBlock = {
    type: "table",
    rows: [
      ["Severity", "Service", "What", "State", "Id"].map(cell),
      ...groups
        .slice(0, TABLE_ROWS)
        .map((group) =>
          [severityWord(group.severity), group.service ?? "", group.title, group.state, group.id].map(cell),
        ),
    ],
  };
  const rest = groups.length - TABLE_ROWS;
  return {
    text: `${groups.length} alerts`,
    blocks: [table, ...(rest > 0 ? [context(`… and ${rest} more: \`/anomaly alerts\` lists them`)] : [])],
  };
}
