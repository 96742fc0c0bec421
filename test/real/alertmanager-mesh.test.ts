import { afterEach, describe, expect, test } from "vitest";
import { SILENCE_MARK } from "../../src/alert/silence.ts";
import { clientOf } from "../alertmanager/clients.ts";
import { freePort, installedAlertmanager, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const { path, why } = installedAlertmanager();

describe.skipIf(path === null)(`a mesh of real Alertmanagers${path === null ? `: skipped, ${why}` : ""}`, () => {
  const started: RealAlertmanager[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.remove()));
  });
  const start = async (...args: readonly string[]) => {
    const server = await startAlertmanager(path ?? "", args.length === 0 ? {} : { args });
    started.push(server);
    return server;
  };

  test("a silence is made once in the mesh and once beside it, and shown and ended as one", async () => {
    const port = await freePort();
    const gossip = ["--cluster.settle-timeout=0s", "--cluster.gossip-interval=50ms"];
    const first = await start(`--cluster.listen-address=127.0.0.1:${port}`, ...gossip);
    const second = await start("--cluster.listen-address=127.0.0.1:0", `--cluster.peer=127.0.0.1:${port}`, ...gossip);
    const beside = await start();
    const peers = async (server: RealAlertmanager) => (await clientOf([server.url]).status()).peers;
    await expect.poll(() => peers(first), { timeout: 20_000 }).toBe(1);
    await expect.poll(() => peers(second), { timeout: 20_000 }).toBe(1);

    const client = clientOf([first.url, second.url, beside.url]);
    const id = await client.putSilence({
      matchers: [{ name: "alertname", value: "x", isRegex: false, isEqual: true }],
      startsAt: new Date(),
      endsAt: new Date(Date.now() + 3_600_000),
      createdBy: "ada",
      comment: `upgrade ${SILENCE_MARK}`,
    });
    const states = async (server: RealAlertmanager) =>
      (await clientOf([server.url]).silences()).map((silence) => silence.state);
    await expect.poll(() => states(second), { timeout: 10_000 }).toEqual(["active"]);
    expect([await states(first), await states(beside)]).toEqual([["active"], ["active"]]);
    expect((await client.silences()).map((silence) => silence.id)).toEqual([id]);
    await client.expireSilence(id);
    await expect.poll(() => states(second), { timeout: 10_000 }).toEqual(["expired"]);
    expect([await states(first), await states(beside)]).toEqual([["expired"], ["expired"]]);
  });
});
