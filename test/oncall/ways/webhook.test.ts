import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { Ajv } from "ajv";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { NotDelivered, PageMessage } from "../../../src/oncall/pages.ts";
import { createWebhookWay, type WebhookSettings } from "../../../src/oncall/ways/webhook.ts";
import { at, group } from "../samples.ts";

/** The alert event of PagerDuty's Events API v2, after its published reference (developer.pagerduty.com, "Send an alert event"). */
const ALERT_EVENT = {
  type: "object",
  required: ["routing_key", "event_action", "payload"],
  additionalProperties: false,
  properties: {
    routing_key: { type: "string", minLength: 32, maxLength: 32 },
    event_action: { enum: ["trigger", "acknowledge", "resolve"] },
    dedup_key: { type: "string", maxLength: 255 },
    client: { type: "string" },
    client_url: { type: "string" },
    links: { type: "array" },
    images: { type: "array" },
    payload: {
      type: "object",
      required: ["summary", "source", "severity"],
      additionalProperties: false,
      properties: {
        summary: { type: "string", minLength: 1, maxLength: 1024 },
        source: { type: "string", minLength: 1 },
        severity: { enum: ["critical", "error", "warning", "info"] },
        timestamp: {
          type: "string",
          pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:?\\d\\d)$",
        },
        component: { type: "string" },
        group: { type: "string" },
        class: { type: "string" },
        custom_details: { type: "object" },
      },
    },
  },
};

const page: PageMessage = {
  kind: "page",
  key: "page:g:1:0:0:0",
  group: group("g", { title: 'DBS "does not" answer', severity: "critical", service: "dbs" }),
  roster: "cmsweb",
  reason: "first page",
  step: 0,
  nobody: false,
  person: { name: "ada", email: "ada@example.org" },
};

describe("pages by webhook", () => {
  let server: Server;
  let base: string;
  let status = 202;
  const seen: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        seen.push({ url: request.url ?? "", headers: request.headers, body });
        response.statusCode = status;
        response.end("said");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    seen.length = 0;
    status = 202;
  });

  const way = (settings: Partial<WebhookSettings>, name = "hook") =>
    createWebhookWay(
      name,
      { format: "template", method: "POST", headers: {}, url: `${base}/`, ...settings },
      "https://cmswatch.example.org",
      () => at("2026-01-07T12:00:00Z"),
    );
  const failure = (sending: Promise<void>) => sending.then(() => null).catch((error: NotDelivered) => error);

  it("are what PagerDuty's Events API v2 takes, whatever the alert holds", async () => {
    const isEvent = new Ajv({ strict: false }).compile(ALERT_EVENT);
    const hook = way({ format: "pagerduty", token: "0123456789abcdef0123456789abcdef" });
    const anyText = fc.string({ unit: "binary", maxLength: 1500 });
    await fc.assert(
      fc.asyncProperty(
        anyText,
        anyText,
        fc.constantFrom("critical", "high", "medium", "low", "ticket"),
        async (title, reason, severity) => {
          seen.length = 0;
          await hook.send({ ...page, reason, group: { ...page.group, title, severity } }, null);
          const sent = JSON.parse(seen[0]?.body ?? "");
          expect({ sent, errors: isEvent(sent) ? null : isEvent.errors }).toEqual({ sent, errors: null });
        },
      ),
      { numRuns: 60 },
    );
    expect(seen[0]?.headers["content-type"]).toBe("application/json");
    await hook.send(page, null);
    expect(JSON.parse(seen[1]?.body ?? "")).toMatchObject({
      dedup_key: `g:${page.group.startsAt.getTime()}`,
      payload: {
        severity: "critical",
        summary: 'CRITICAL dbs: DBS "does not" answer',
        custom_details: { person: "ada" },
      },
    });
  });

  it("fill templates of JSON, of text with headers, and of addresses; a field cannot change their structure", async () => {
    await way({
      body: { to: ["{{email}}"], message: 'say "{{title}}"', priority: 5 },
      url: `${base}/sms?to={{person}}`,
    }).send({ ...page, person: { name: "ada & co", email: 'a","x":"@example.org' } }, null);
    expect(seen[0]?.url).toBe("/sms?to=ada%20%26%20co");
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
      to: ['a","x":"@example.org'],
      message: 'say "DBS "does not" answer"',
      priority: 5,
    });
    await way({ headers: { Title: "{{summary}}", Priority: "urgent" } }).send(
      { ...page, group: { ...page.group, title: "ü\r\nX-Evil: 1" } },
      "Sent this way since Slack is down.",
    );
    expect(seen[1]?.headers).toMatchObject({
      title: "CRITICAL dbs:   X-Evil: 1",
      priority: "urgent",
      "content-type": "text/plain",
    });
    expect(seen[1]?.headers["x-evil"]).toBeUndefined();
    expect(seen[1]?.body).toContain("Sent this way since Slack is down.");
  });

  it("that are refused have failed for good; too many, or a fault of the other side, is tried again", async () => {
    for (const [code, final] of [
      [400, true],
      [403, true],
      [302, true],
      [429, false],
      [503, false],
    ] as const) {
      status = code;
      expect(await failure(way({}).send(page, null))).toMatchObject({
        final,
        message: `webhook hook: answered ${code} said`,
      });
    }
    expect(await failure(way({ url: "http://127.0.0.1:1/" }).send(page, null))).toMatchObject({ final: false });
  });

  it("with a template that names an unknown field, or without an address or key, are refused before they are needed", () => {
    expect(() => way({ body: { text: "{{titel}}" } })).toThrow(/\{\{titel\}\}/);
    expect(() => way({ url: undefined })).toThrow(/no address/);
    expect(() => way({ format: "pagerduty" })).toThrow(/no routing key/);
  });
});
