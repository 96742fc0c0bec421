import { systemClock } from "../../src/alert/clock.ts";
import { createEmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { clientOf } from "./clients.ts";
import { describeAlertmanager } from "./contract.ts";
import { serveEmbedded } from "./serve-embedded.ts";

describeAlertmanager("the embedded Alertmanager", async () => ({
  alertmanager: createEmbeddedAlertmanager({ clock: systemClock }),
  resolveTimeout: 300_000,
  stop: async () => {},
}));

describeAlertmanager("the embedded Alertmanager over HTTP, through the client", async () => {
  const embedded = createEmbeddedAlertmanager({ clock: systemClock, resolveTimeout: 123_000 });
  const served = await serveEmbedded(embedded, { clock: systemClock });
  return { alertmanager: clientOf([served.url]), resolveTimeout: 123_000, stop: served.close };
});
