import { expect, it } from "vitest";
import { createHeartbeats } from "../../src/oncall/heartbeats.ts";
import { registerHeartbeats } from "../../src/web/routes/heartbeats.ts";
import { buildWeb } from "../../src/web/web.ts";
import { fakeStore } from "../bot/fake-store.ts";
import { webOptions } from "./build.ts";

it("a job reports with its own token from anywhere, and with no other", async () => {
  const { states } = fakeStore();
  const backup = { name: "backup", token: "0123456789abcdef", every: 1, grace: 1, service: "dbs", severity: "high" };
  const heartbeats = createHeartbeats({ heartbeats: [backup], states, push: async () => {}, clock: () => new Date(0) });
  const app = await buildWeb(webOptions({ mount: (one) => registerHeartbeats(one, heartbeats) }).options);
  const report = async (name: string, authorization: string) => {
    const url = `/api/v1/heartbeats/${name}`;
    const answer = await app.inject({ method: "POST", url, remoteAddress: "10.0.0.7", headers: { authorization } });
    return answer.statusCode;
  };
  expect(await report("backup", "Bearer wrong")).toBe(401);
  expect(await report("backup", "Bearer admin-token-0123456789")).toBe(401);
  expect(await report("nothing", "Bearer 0123456789abcdef")).toBe(401);
  expect(await states.get("heartbeat:backup")).toBeNull();
  expect(await report("backup", "Bearer 0123456789abcdef")).toBe(202);
  expect(await states.get("heartbeat:backup")).toMatchObject({ at: 0, seen: true });
  await app.close();
});
