import axios, { isAxiosError } from "axios";
import type { Clock } from "../../alert/clock.ts";
import { UserError } from "../../alert/user-error.ts";
import { NotDelivered } from "../pages.ts";
import { fieldsOf, type PageFields } from "./page-text.ts";
import { checkTemplate, fill, type Template } from "./template.ts";
import type { PageWay } from "./way.ts";

const TIMEOUT = 15_000;
const LARGEST_ANSWER = 100_000;
const ENOUGH = 200;

/** The event of PagerDuty's Events API v2; `secret` is the integration's key. */
const PAGERDUTY: Template = {
  routing_key: "{{secret}}",
  event_action: "trigger",
  dedup_key: "{{incident}}",
  client: "cmswatch",
  payload: {
    summary: "{{summary}}",
    source: "{{service}}",
    severity: "{{plainSeverity}}",
    timestamp: "{{since}}",
    component: "{{service}}",
    custom_details: { reason: "{{reason}}", person: "{{person}}", note: "{{note}}", link: "{{url}}" },
  },
};
const PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue";

export interface WebhookSettings {
  readonly format: "template" | "pagerduty";
  readonly url?: string | undefined;
  readonly method: "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  /** An object or list is sent as JSON, a text as it is. */
  readonly body?: Template | undefined;
  /** For `{{secret}}`. */
  readonly token?: string | undefined;
}

/** A webhook with a template. @throws UserError for a template that names a field that does not exist, or without an address */
export function createWebhookWay(
  name: string,
  settings: WebhookSettings,
  webUrl: string | null,
  clock: Clock,
): PageWay {
  const where = `ways.webhooks.${name}`;
  const isPagerduty = settings.format === "pagerduty";
  const url = settings.url ?? (isPagerduty ? PAGERDUTY_URL : undefined);
  if (url === undefined) {
    throw new UserError("has no address", where, "add url");
  }
  if (isPagerduty && settings.token === undefined) {
    throw new UserError("has no routing key", where, "add tokenFile with the integration key of the service");
  }
  const body = settings.body ?? (isPagerduty ? PAGERDUTY : "{{text}}");
  for (const part of [body, url, settings.headers]) {
    checkTemplate(part, FIELD_NAMES, where);
  }
  return {
    name,
    async send(page, note) {
      const fields: PageFields = new Map([...fieldsOf(page, note, webUrl, clock()), ["secret", settings.token ?? ""]]);
      const filled = fill(body, fields);
      await request(name, {
        url: String(fill(url, new Map([...fields].map(([key, value]) => [key, encodeURIComponent(value)])))),
        method: settings.method,
        headers: {
          "content-type": typeof filled === "string" ? "text/plain" : "application/json",
          ...headersOf(settings, fields),
        },
        data: typeof filled === "string" ? filled : JSON.stringify(filled),
      });
    },
  };
}

/** Texts of headers are one line, and in the letters that headers may have. */
function headersOf({ headers }: WebhookSettings, fields: PageFields): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([key, value]) => [
    key.toLowerCase(),
    String(fill(value, fields)).replace(/[^\x20-\x7e]+/g, " "),
  ]);
  return Object.fromEntries(entries);
}

async function request(
  name: string,
  {
    url,
    method,
    headers,
    data,
  }: { url: string; method: string; headers: Readonly<Record<string, string>>; data: string },
): Promise<void> {
  try {
    await axios.request({
      url,
      method,
      headers,
      data,
      timeout: TIMEOUT,
      maxRedirects: 0,
      maxContentLength: LARGEST_ANSWER,
      responseType: "text",
      transformRequest: (text: string) => text,
      transformResponse: (text: string) => text,
    });
  } catch (error) {
    const status = isAxiosError(error) ? error.response?.status : undefined;
    const said = isAxiosError(error) ? String(error.response?.data ?? "").slice(0, ENOUGH) : "";
    const what = status === undefined ? (error as Error).message : `answered ${status} ${said}`.trim();
    // A request that is wrong stays wrong; too many requests, and faults of the other side, pass.
    throw new NotDelivered(
      `webhook ${name}: ${what}`,
      status !== undefined && status >= 300 && status < 500 && status !== 429 && status !== 408,
    );
  }
}

const FIELD_NAMES = [
  "summary",
  "subject",
  "text",
  "title",
  "service",
  "severity",
  "plainSeverity",
  "group",
  "incident",
  "key",
  "reason",
  "note",
  "person",
  "email",
  "roster",
  "since",
  "at",
  "url",
  "secret",
];
