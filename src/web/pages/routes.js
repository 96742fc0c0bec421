import { alertsPage } from "./alerts.js";
import { get } from "./api.js";
import { h } from "./dom.js";
import { overviewPage } from "./overview.js";

/** The page of an address: its name, its title, how to load its data and how to draw them. Null for no page of ours. */
export function route(path) {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const [first = "", second] = parts;
  switch (first) {
    case "":
      return page(path, "overview", "", () => get("/api/v1/overview"), overviewPage);
    case "alerts":
      return page(path, "alerts", "Alerts", () => get("/api/v1/overview"), alertsPage);
    case "services":
    case "anomalies":
    case "silences":
    case "oncall":
    case "models":
    case "audit":
      return page(
        path,
        first,
        second ?? first,
        async () => ({}),
        () => h("p", { class: "empty" }, "Not here yet."),
      );
    default:
      return null;
  }
}

function page(path, name, title, load, draw) {
  return { path, name, title, load, draw };
}
