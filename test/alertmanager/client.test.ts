import { Writable } from "node:stream";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { equals } from "../../src/alert/matcher.ts";
import { UserError } from "../../src/alert/user-error.ts";
import { createAlertmanagerClient } from "../../src/alertmanager/client.ts";
import { AlertmanagerError } from "../../src/alertmanager/error.ts";
import { configSchema } from "../../src/config/schema.ts";
import { clientOf, silent } from "./clients.ts";
import { alert } from "./contract.ts";
import { type Answer, type StandIn, startStandIn } from "./stand-in.ts";

const opened: StandIn[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((standIn) => standIn.close()));
});

async function standIn(...answers: readonly (Answer | "hang")[]): Promise<StandIn> {
  const left = [...answers];
  const started = await startStandIn(() => (left.length > 1 ? (left.shift() as Answer) : (left[0] as Answer)));
  opened.push(started);
  return started;
}

async function fault(work: Promise<unknown>): Promise<AlertmanagerError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AlertmanagerError);
  return error as AlertmanagerError;
}

const OK: Answer = { status: 200, body: [] };
const BROKEN: Answer = { status: 503, body: "not yet" };
const request = {
  matchers: [equals("a", "b")],
  startsAt: new Date("2030-01-01"),
  endsAt: new Date("2030-01-02"),
  createdBy: "me",
  comment: "why",
};

describe("the client repeats", () => {
  test("reads and alert posts after a server's fault", async () => {
    const server = await standIn(BROKEN, BROKEN, OK);
    expect(await clientOf([server.url]).silences()).toEqual([]);
    expect(server.seen).toHaveLength(3);
    const other = await standIn(BROKEN, { status: 200 });
    await clientOf([other.url]).post([alert({ alertname: "x" })]);
    expect(other.seen).toHaveLength(2);
  });

  test("with growing waits, and not for ever", async () => {
    const waits: number[] = [];
    const server = await standIn(BROKEN);
    const sleep = async (milliseconds: number) => {
      waits.push(milliseconds);
    };
    const error = await fault(clientOf([server.url], { sleep }).silences());
    expect(error).toMatchObject({ status: 503, isTemporary: true });
    expect(error.message).toContain("answered 503: not yet");
    expect(waits).toEqual([200, 400]);
  });

  test("nothing that was refused", async () => {
    const server = await standIn({ status: 400, body: "bad matcher format: x" });
    expect((await fault(clientOf([server.url]).silences())).message).toContain("bad matcher format: x");
    expect(server.seen).toHaveLength(1);
  });

  test("no new silence, which might have been made by the first try", async () => {
    const server = await standIn(BROKEN);
    await fault(clientOf([server.url]).putSilence(request));
    expect(server.seen).toHaveLength(1);
  });
});

describe('a good status alone is not "accepted"', () => {
  const page = { status: 200, headers: { "content-type": "text/html" }, body: "<html><title>Sign in</title></html>" };
  test.each([
    ["a login page", page, page.body],
    ["nothing, from a server that is no Alertmanager", { status: 200 }, undefined],
  ])("%s", async (_what, answer, status) => {
    const server = await standIn(answer);
    server.status = status ?? null;
    const client = clientOf([server.url]);
    await fault(client.post([alert({ alertname: "x" })]));
    await fault(client.expireSilence("5f"));
    await fault(client.putSilence(request));
  });

  test("an address may end in /api/v2", async () => {
    const server = await standIn(OK);
    expect(await clientOf([`${server.url}/api/v2/`]).silences()).toEqual([]);
    expect(server.seen[0]?.path).toBe("/api/v2/silences");
  });
});

describe("an error names the address, what happened and what to do", () => {
  test("when nobody listens there", async () => {
    const server = await standIn(OK);
    await server.close();
    const error = await fault(clientOf([server.url]).silences());
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ address: server.url, status: null });
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.hint).toContain("listens on this port");
  });

  test("when it does not answer in time", async () => {
    const server = await standIn("hang");
    const error = await fault(clientOf([server.url], { timeout: "50ms" }).silences());
    expect(error.hint).toContain("alertmanager.timeout");
  });

  test.each([
    [401, /token/],
    [410, /API v2/],
    [413, /limits the size/],
  ])("when the answer is %i", async (status, hint) => {
    const server = await standIn({ status });
    const error = await fault(clientOf([server.url]).silences());
    expect(error.status).toBe(status);
    expect(error.hint).toMatch(hint);
  });

  test("when it redirects, without following with the token", async () => {
    const elsewhere = await standIn(OK);
    const server = await standIn({ status: 302, headers: { location: `${elsewhere.url}/login` } });
    expect((await fault(clientOf([server.url], { token: "s3cret" }).silences())).status).toBe(302);
    expect(elsewhere.seen).toEqual([]);
  });

  test("when a certificate file is missing", () => {
    const { alertmanager } = configSchema.parse({
      alertmanager: { urls: ["https://127.0.0.1:9"], tls: { ca: "/nowhere/ca.pem" } },
    });
    expect(() => createAlertmanagerClient(alertmanager, { log: silent, clock: () => new Date() })).toThrow(
      /alertmanager\.tls\.ca: cannot be read: \/nowhere\/ca\.pem/,
    );
  });

  test("when there is no server because the configuration says embedded", () => {
    const { alertmanager } = configSchema.parse({});
    expect(() => createAlertmanagerClient(alertmanager, { log: silent, clock: () => new Date() })).toThrow(UserError);
  });
});

test("the token is sent, and never logged or part of an error", async () => {
  let logged = "";
  const log = pino(
    { level: "debug" },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged += chunk.toString();
        done();
      },
    }),
  );
  const server = await standIn(BROKEN);
  const url = server.url.replace("http://", "http://user:passw0rd@");
  const error = await fault(clientOf([url], { log, token: "s3cret" }).post([alert({ alertname: "x" })]));
  expect(server.seen[0]?.headers.authorization).toBe("Bearer s3cret");
  await fault(clientOf([url], { log }).silences());
  expect(server.seen.at(-1)?.headers.authorization).toBe(`Basic ${btoa("user:passw0rd")}`);
  const everything = `${logged}${error.stack}${JSON.stringify(error)}${String(error.cause)}`;
  expect(logged).toContain("Alertmanager is away");
  expect(everything).not.toMatch(/s3cret|passw0rd/);
});
