import type { ComponentChildren } from "preact";
import type { AsOfView, ServiceView } from "../../views.ts";
import { alertsPage } from "../alerts.tsx";
import { anomaliesPage, anomalyPage } from "../anomaly.tsx";
import { dqmPage, runPage } from "../dqm.tsx";
import { groupPage } from "../group.tsx";
import { historyPage } from "../history.tsx";
import { auditPage, modelsPage, noisePage, oncallPage } from "../ledgers.tsx";
import { overviewPage } from "../overview.tsx";
import { runbookPage } from "../runbook.tsx";
import { servicePage } from "../service.tsx";
import { silencesPage } from "../silences.tsx";
import { transfersPage } from "../transfers.tsx";
import { get } from "./api.ts";
import type { Session } from "./session.ts";
import { signInPage } from "./sign-in.tsx";

/** What every page's data may have: how old it is. */
export interface Loaded {
  readonly asOf?: AsOfView;
  readonly service?: ServiceView | null;
}

/** A page with its data still to come. */
export interface Page {
  /** Address with its query: what tells one page from another. */
  readonly path: string;
  /** Name of its tab. */
  readonly name: string;
  readonly title: string;
  /** Loads the data and gives what draws them. @throws Refused */
  readonly load: () => Promise<{ readonly data: Loaded; readonly draw: (session: Session) => ComponentChildren }>;
}

type Draw<T> = (data: T, session: Session) => ComponentChildren;

/** The page of an address; null for no page of ours. */
export function route(path: string, search: URLSearchParams): Page | null {
  const [first = "", second] = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const page = <T,>(name: string, title: string, ask: string | null, draw: Draw<T>): Page => ({
    path: `${path}?${search}`,
    name,
    title,
    load: async () => {
      const data = ask === null ? ({} as T) : await get<T>(`/api/v1/${ask}`);
      return { data: data as Loaded, draw: (session) => draw(data, session) };
    },
  });
  const id = second === undefined ? "" : encodeURIComponent(second);
  const days = search.get("days") ?? 7;
  switch (first) {
    case "":
      return page("overview", "", "overview", overviewPage);
    case "services":
      return second === undefined
        ? null
        : page("overview", second, `services/${id}?hours=${search.get("hours") ?? 3}`, servicePage);
    case "alerts": {
      const filter = new URLSearchParams({ filter: search.get("filter") ?? "" });
      return page("alerts", "Alerts", `groups?${filter}`, alertsPage(search));
    }
    case "groups":
      return second === undefined ? null : page("alerts", "Alert", `groups/${id}`, groupPage);
    case "history":
      return page("history", "History", `history?${search}`, historyPage(search));
    case "anomalies":
      return second === undefined
        ? page("anomalies", "Anomalies", `anomalies?days=${days}`, anomaliesPage)
        : page("anomalies", "Anomaly", `anomalies/${id}`, anomalyPage);
    case "silences":
      return page("silences", "Silences", "silences", silencesPage(search));
    case "oncall":
      return page("oncall", "On call", "oncall", oncallPage);
    case "models":
      return page("models", "Models", "models", modelsPage);
    case "noise":
      return page("noise", "Noise", `noise?days=${days}`, noisePage);
    case "dqm":
      return second === undefined
        ? page("dqm", "Data quality", "dqm", dqmPage)
        : page("dqm", `Run ${second}`, `dqm/${id}`, runPage);
    case "audit":
      return page("audit", "Audit", "audit", auditPage);
    case "transfers": {
      const site = search.get("site");
      const query = site === null ? "" : `?${new URLSearchParams({ site })}`;
      return page("transfers", "Transfers", `transfers${query}`, transfersPage);
    }
    case "runbooks":
      return second === undefined ? null : page("alerts", "Runbook", `runbooks/${id}`, runbookPage);
    case "sign-in":
      return page("sign-in", "Sign in", null, signInPage);
    default:
      return null;
  }
}

/** A part of an address as text; as it stands where it is not well formed. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
