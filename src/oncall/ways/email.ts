import { createTransport } from "nodemailer";
import type { Clock } from "../../alert/clock.ts";
import { NotDelivered } from "../pages.ts";
import { fieldsOf } from "./page-text.ts";
import type { PageWay } from "./way.ts";

const TIMEOUT = 15_000;

export interface EmailSettings {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` before anything is sent, `none` for a relay on this machine. */
  readonly security: "tls" | "starttls" | "none";
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly from: string;
  /** Certificate authority in PEM, besides those of the system. */
  readonly ca?: string | undefined;
}

/** Pages by e-mail, one connection a page. @param webUrl the dashboard, for the link */
export function createEmailWay(settings: EmailSettings, webUrl: string | null, clock: Clock): PageWay {
  const { host, port, security, user, password, ca } = settings;
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: TIMEOUT,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  return {
    name: "email",
    async send(page, note) {
      const { email, name } = page.person;
      if (email === undefined) {
        throw new NotDelivered(`no e-mail address of ${name} is known`, true);
      }
      const fields = fieldsOf(page, note, webUrl, clock());
      try {
        const { accepted } = await transport.sendMail({
          from: settings.from,
          to: { name, address: email },
          subject: fields.get("subject") ?? "",
          text: fields.get("text") ?? "",
          priority: "high",
          // The same page has the same id, and pages of one incident are one thread.
          messageId: `<${idOf(page.key)}@cmswatch>`,
          references: `<${idOf(fields.get("incident") ?? "")}@cmswatch>`,
          headers: { "auto-submitted": "auto-generated" },
        });
        if (accepted.length === 0) {
          throw new NotDelivered(`${host} did not accept ${email}`, true);
        }
      } catch (error) {
        throw error instanceof NotDelivered ? error : toNotDelivered(error, host);
      }
    },
  };
}

function idOf(key: string): string {
  return Buffer.from(key).toString("base64url").slice(0, 180);
}

/** Answers 5xx to the recipient are final: the address is wrong. All else may pass. */
function toNotDelivered(error: unknown, host: string): NotDelivered {
  const { responseCode, message } = error as { readonly responseCode?: number; readonly message: string };
  return new NotDelivered(`${host}: ${message}`, responseCode !== undefined && responseCode >= 500);
}
