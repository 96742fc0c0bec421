import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signedHeaders } from "../../src/demo/slack/bot-caller.ts";
import { type Harness, SIGNING_SECRET, startHarness } from "./harness.ts";

const FORM = "application/x-www-form-urlencoded";
const BODY = "command=%2Fanomaly&text=help&user_id=U1&channel_id=C1&team_id=T1";

describe("requests over HTTP", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  const send = (secret: string, at: Date, body = BODY) =>
    fetch(harness.botUrl, { method: "POST", headers: signedHeaders(secret, BODY, at, FORM), body });

  test("with the right signature are taken", async () => {
    expect((await send(SIGNING_SECRET, new Date())).status).toBe(200);
  });

  test("with a wrong signature are refused", async () => {
    expect((await send("wrong-secret", new Date())).status).toBe(401);
  });

  test("with another body than the signed one are refused", async () => {
    expect((await send(SIGNING_SECRET, new Date(), `${BODY}&text=status`)).status).toBe(401);
  });

  test("older than five minutes are refused", async () => {
    expect((await send(SIGNING_SECRET, new Date(Date.now() - 301_000))).status).toBe(401);
  });

  test.each([
    ["null", "application/json", 400],
    ["[]", "application/json", 400],
    ["1", "application/json", 400],
    ["payload=null", FORM, 400],
    [`{"a":${"[".repeat(8_000)}${"]".repeat(8_000)}}`, "application/json", 400],
    ["x".repeat(3_000_000), "application/json", 413],
  ])(
    "with a signed body that holds no object are refused, and the next is taken: %.20s",
    async (body, type, status) => {
      const headers = signedHeaders(SIGNING_SECRET, body, new Date(), type);
      const refused = await fetch(harness.botUrl, { method: "POST", headers, body }).catch(() => null);
      expect(refused?.status ?? 413).toBe(status);
      expect((await send(SIGNING_SECRET, new Date())).status).toBe(200);
    },
  );

  test("without any signature are refused", async () => {
    expect(
      (await fetch(harness.botUrl, { method: "POST", body: BODY, headers: { "content-type": FORM } })).status,
    ).toBe(401);
  });
});
