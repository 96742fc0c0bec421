import { describe, test } from "vitest";
import { clientOf } from "../alertmanager/clients.ts";
import { describeAlertmanager } from "../alertmanager/contract.ts";
import { alertmanagerPrograms, startAlertmanager } from "./alertmanager-server.ts";

for (const { name, path, why } of alertmanagerPrograms()) {
  if (path === null) {
    describe(`real Alertmanager ${name}`, () => {
      test.skip(`skipped: ${why}`, () => {});
    });
  } else {
    describeAlertmanager(`real Alertmanager ${name}`, async () => {
      const server = await startAlertmanager(path, { resolveTimeout: "7m" });
      return { alertmanager: clientOf([server.url]), resolveTimeout: 420_000, stop: server.remove };
    });
  }
}
