import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../alert/clock.ts";

/** A ticket of the simulated GGUS. */
export interface BoardTicket {
  readonly id: number;
  readonly site: string;
  readonly priority: "less urgent" | "urgent" | "very urgent" | "top priority";
  readonly unit: string;
  readonly subject: string;
  readonly createdAt: number;
  /** When it is solved, and with that leaves the list of open ones. */
  readonly until: number;
}

/** An entry of the simulated status board. */
export interface BoardOutage {
  readonly number: string;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly element: string;
  readonly from: number;
  readonly until: number;
}

/** All that the boards hold, as it is kept over a restart. */
export interface BoardState {
  readonly tickets: readonly BoardTicket[];
  readonly outages: readonly BoardOutage[];
}

/** A GGUS and a status board that do not exist, read over HTTP exactly as the real ones are. */
export interface Board {
  readonly ggusUrl: string;
  readonly ssbUrl: string;
  addTickets(tickets: readonly Omit<BoardTicket, "id">[]): void;
  addOutage(outage: Omit<BoardOutage, "number">): string;
  state(): BoardState;
  close(): Promise<void>;
}

const MOST = 500;
const FIRST_TICKET = 682_101;
const FIRST_OUTAGE = 91_340;
const COLUMNS = "Ticket-ID;Type;VO;Site;Priority;Resp. Unit;Status;Last Update;Subject;Scope";
const OUTAGE_COLUMNS = [
  "time",
  "begin",
  "description",
  "duration",
  "end",
  "fe_name",
  "monit_state",
  "monit_state_1",
  "se_name",
  "short_description",
  "ssb_number",
  "sys_created_by",
  "sys_mod_count",
  "sys_updated_by",
  "type",
  "update_timestamp",
];

/** Starts both on loopback. @param before what an earlier board's `state()` gave */
export async function startBoard(clock: Clock, before: BoardState | null): Promise<Board> {
  let tickets = [...(before?.tickets ?? [])];
  let outages = [...(before?.outages ?? [])];
  const server = createServer((request, response) => {
    const isOutages = request.url?.startsWith("/ssb") === true;
    const text = isOutages ? outagesJson(outages, clock()) : ticketsCsv(tickets, clock());
    response.writeHead(200, { "content-type": isOutages ? "application/json" : "text/csv; charset=utf-8" }).end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ggusUrl: `${base}/ggus`,
    ssbUrl: `${base}/ssb`,
    addTickets(more) {
      const next = Math.max(FIRST_TICKET - 1, ...tickets.map(({ id }) => id)) + 1;
      tickets = [...tickets, ...more.map((ticket, index) => ({ ...ticket, id: next + index }))].slice(-MOST);
    },
    addOutage(outage) {
      const number = `OTG${String(FIRST_OUTAGE + outages.length).padStart(7, "0")}`;
      outages = [...outages, { ...outage, number }].slice(-MOST);
      return number;
    },
    state: () => ({ tickets, outages }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function ticketsCsv(tickets: readonly BoardTicket[], now: Date): string {
  const open = tickets.filter(({ createdAt, until }) => createdAt <= now.getTime() && now.getTime() < until);
  const lines = open.map(({ id, site, priority, unit, subject, createdAt }) =>
    [id, "TEAM", "cms", site, priority, unit, "assigned", timeText(createdAt), subject, "WLCG"].join(";"),
  );
  return `${[COLUMNS, ...lines].join("\n")}\n`;
}

/** As InfluxDB gives them; an outage stays in the answer after its end, as in the real one's window. */
function outagesJson(outages: readonly BoardOutage[], now: Date): string {
  const values = outages
    .filter(({ from }) => from <= now.getTime())
    .map(({ number, type, title, description, element, from, until }) => [
      new Date(from).toISOString(),
      from,
      description,
      null,
      until,
      element,
      "announced",
      "",
      element,
      title,
      number,
      "status-board",
      1,
      "status-board",
      type,
      from,
    ]);
  const series = values.length === 0 ? [] : [{ name: "outages", columns: OUTAGE_COLUMNS, values }];
  return JSON.stringify({ results: [{ statement_id: 0, series }] });
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}
