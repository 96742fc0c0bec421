import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NotDelivered, type PageMessage } from "../../../src/oncall/pages.ts";
import { createEmailWay, type EmailSettings } from "../../../src/oncall/ways/email.ts";
import { at, group } from "../samples.ts";

const clock = () => at("2026-01-07T12:00:00Z");
const page: PageMessage = {
  kind: "page",
  key: "page:g:1:0:0:0",
  group: group("g", {
    title: "DBS\r\nBcc: everybody@example.org does not answer ü",
    severity: "critical",
    service: "dbs",
  }),
  roster: "cmsweb",
  reason: "first page",
  step: 0,
  nobody: false,
  person: { name: "ada", email: "ada@example.org" },
};

interface Mail {
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly text: string;
}

describe("pages by e-mail, to a real SMTP server", () => {
  let folder: string;
  let tls: { readonly key: string; readonly cert: string };
  const mails: Mail[] = [];
  let server: SMTPServer | null = null;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cmswatch-smtp-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files], {
      stdio: "ignore",
    });
    tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => {
    server?.close();
    server = null;
    mails.length = 0;
  });

  /** Starts a server that keeps what it is given. */
  async function listen(options: SMTPServerOptions = {}): Promise<number> {
    server = new SMTPServer({
      ...tls,
      authOptional: true,
      onAuth: ({ username, password }, _session, done) =>
        password === "right" ? done(null, { user: username ?? "" }) : done(new Error("wrong password")),
      onData(stream, session, done) {
        const parts: Buffer[] = [];
        stream.on("data", (part: Buffer) => parts.push(part));
        stream.on("end", () => {
          mails.push({
            to: session.envelope.rcptTo.map(({ address }) => address),
            secure: session.secure,
            user: session.user as string | undefined,
            text: Buffer.concat(parts).toString("utf8"),
          });
          done();
        });
      },
      ...options,
    });
    server.on("error", () => {});
    const http = server.listen(0, "127.0.0.1");
    await once(http, "listening");
    const address = http.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  const way = (port: number, more: Partial<EmailSettings> = {}) =>
    createEmailWay(
      { host: "localhost", port, security: "starttls", from: "cmswatch <cmswatch@example.org>", ca: tls.cert, ...more },
      "https://cmswatch.example.org/",
      clock,
    );
  const failure = (sending: Promise<void>) => sending.then(() => null).catch((error: NotDelivered) => error);

  it("go over STARTTLS and with a name, one recipient, whatever the title holds, with the reason and the link", async () => {
    const port = await listen();
    await way(port, { user: "cmswatch", password: "right" }).send(page, "Sent this way since Slack is down.");
    const [mail] = mails;
    expect(mails).toHaveLength(1);
    expect(mail).toMatchObject({ to: ["ada@example.org"], secure: true, user: "cmswatch" });
    expect(mail?.text.split("\r\n\r\n")[0]).not.toMatch(/^bcc:/im);
    expect(mail?.text).toMatch(/^X-Priority: 1/im);
    const body = decodeQuoted(mail?.text ?? "");
    expect(body).toContain("ada, you are paged: first page");
    expect(body).toContain("Sent this way since Slack is down.");
    expect(body).toContain("https://cmswatch.example.org/#group=g");
  });

  it("go over TLS from the first byte", async () => {
    await way(await listen({ secure: true }), { security: "tls" }).send(page, null);
    expect(mails).toMatchObject([{ secure: true }]);
  });

  it("are not sent in the clear where TLS was wanted, nor to a server whose certificate is not trusted", async () => {
    const plain = await listen({ disabledCommands: ["STARTTLS"] });
    expect(await failure(way(plain).send(page, null))).toBeInstanceOf(NotDelivered);
    server?.close();
    const { ca: _, ...withoutCa } = { ca: undefined, port: await listen() };
    const stranger = createEmailWay(
      { host: "localhost", port: withoutCa.port, security: "starttls", from: "cmswatch@example.org" },
      null,
      clock,
    );
    expect((await failure(stranger.send(page, null)))?.message).toMatch(/self.signed|certificate/i);
    expect(mails).toEqual([]);
  });

  it("to an address that is refused have failed for good; a server that is busy, or away, is tried again", async () => {
    const refusing = (responseCode: number) =>
      listen({
        onRcptTo: (_address, _session, done) => done(Object.assign(new Error("no"), { responseCode })),
      });
    expect(await failure(way(await refusing(550)).send(page, null))).toMatchObject({ final: true });
    server?.close();
    const port = await refusing(451);
    expect(await failure(way(port).send(page, null))).toMatchObject({ final: false });
    server?.close();
    expect(await failure(way(1).send(page, null))).toMatchObject({ final: false });
    const nowhere = { ...page, person: { name: "cy" } };
    expect(await failure(way(port).send(nowhere, null))).toMatchObject({
      final: true,
      message: "no e-mail address of cy is known",
    });
  });
});

function decodeQuoted(text: string): string {
  return text
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
