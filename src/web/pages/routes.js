import { alertsPage } from "./alerts.js";
import { anomaliesPage, anomalyPage } from "./anomaly.js";
import { get } from "./api.js";
import { dqmPage, runPage } from "./dqm.js";
import { auditPage, modelsPage, noisePage, oncallPage } from "./ledgers.js";
import { overviewPage } from "./overview.js";
import { runbookPage } from "./runbook.js";
import { servicePage } from "./service.js";
import { signInPage } from "./sign-in.js";
import { silencesPage } from "./silences.js";
import { transfersPage } from "./transfers.js";

/** The page of an address: its name, its title, how to load its data and how to draw them. Null for no page of ours. */
export function route(path, search = new URLSearchParams()) {
  const [first = "", second] = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const one = (name) => `/api/v1/${name}/${encodeURIComponent(second)}`;
  const page = (name, title, load, draw) => ({ path: `${path}?${search}`, name, title, load, draw });
  switch (first) {
    case "":
      return page("overview", "", () => get("/api/v1/overview"), overviewPage);
    case "services":
      return (
        second &&
        page("overview", second, () => get(`${one("services")}?hours=${search.get("hours") ?? 3}`), servicePage)
      );
    case "alerts": {
      const filter = new URLSearchParams({ filter: search.get("filter") ?? "" });
      return page("alerts", "Alerts", async () => ({ ...(await get(`/api/v1/groups?${filter}`)), search }), alertsPage);
    }
    case "anomalies":
      return second
        ? page("anomalies", "Anomaly", () => get(one("anomalies")), anomalyPage)
        : page("anomalies", "Anomalies", () => get(`/api/v1/anomalies?days=${search.get("days") ?? 7}`), anomaliesPage);
    case "silences":
      return page("silences", "Silences", () => get("/api/v1/silences"), silencesPage);
    case "oncall":
      return page("oncall", "On call", () => get("/api/v1/oncall"), oncallPage);
    case "models":
      return page("models", "Models", () => get("/api/v1/models"), modelsPage);
    case "noise":
      return page("noise", "Noise", () => get(`/api/v1/noise?days=${search.get("days") ?? 7}`), noisePage);
    case "dqm":
      return second
        ? page("dqm", `Run ${second}`, () => get(one("dqm")), runPage)
        : page("dqm", "Data quality", () => get("/api/v1/dqm"), dqmPage);
    case "audit":
      return page("audit", "Audit", () => get("/api/v1/audit"), auditPage);
    case "transfers": {
      const site = search.get("site");
      const query = site === null ? "" : `?${new URLSearchParams({ site })}`;
      return page("transfers", "Transfers", () => get(`/api/v1/transfers${query}`), transfersPage);
    }
    case "runbooks":
      return second ? page("alerts", "Runbook", () => get(one("runbooks")), runbookPage) : null;
    case "sign-in":
      return page("sign-in", "Sign in", async () => ({}), signInPage);
    default:
      return null;
  }
}
