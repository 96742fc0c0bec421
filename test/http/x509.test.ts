import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findClientCertificate } from "../../src/http/x509.ts";
import { createTicketSource } from "../../src/tickets/source.ts";
import { requireSystem } from "../../src/tickets/systems.ts";
import { SETTINGS, startServer, type TestServer, testTools } from "../tickets/fetch/server.ts";
import { type Certificates, HAS_OPENSSL, makeCertificates } from "./certificates.ts";

const EMPTY = '{"results":[{"statement_id":0}]}';
const CSV = "Ticket-ID;Type;VO;Site;Priority;Resp. Unit;Status;Last Update;Subject;Scope\n";

describe.skipIf(!HAS_OPENSSL)(
  `X.509${HAS_OPENSSL ? "" : " (skipped: there is no openssl to make certificates with)"}`,
  () => {
    let files: Certificates;
    let server: TestServer;
    beforeAll(async () => {
      files = makeCertificates();
      server = await startServer(files);
      server.answer((request, response) => response.end(request.url?.startsWith("/query") === true ? EMPTY : CSV));
    });
    afterAll(async () => {
      await server.stop();
      rmSync(files.folder, { recursive: true });
    });

    const fetch = (
      environment: NodeJS.ProcessEnv,
      tls: { ca?: string; cert?: string; key?: string } = { ca: files.ca },
    ) =>
      createTicketSource(requireSystem("ggus"), { ...SETTINGS, url: server.url, tls }, testTools(environment)).fetch(
        new Map(),
      );
    const lastClient = () => server.clients.at(-1);

    it("shows the proxy with its chain", async () => {
      expect(await fetch({ X509_USER_PROXY: files.proxy })).toMatchObject({ complete: true });
      expect(lastClient()).toBe("Some Operator/12345 < Some Operator");
    });

    it("shows the certificate and key of the environment, else those of the usual proxy", async () => {
      expect(await fetch({ X509_USER_CERT: files.userCert, X509_USER_KEY: files.userKey })).toMatchObject({
        complete: true,
      });
      expect(lastClient()).toBe("Some Operator < Test authority");
      copyFileSync(files.proxy, join(files.folder, "x509up_u4242"));
      const found = findClientCertificate(
        undefined,
        { environment: {}, temporaryFolder: files.folder, userId: 4242 },
        new Date(),
      );
      expect(found?.source).toContain("x509up_u4242");
      expect(found?.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
      expect(found?.key).toContain("PRIVATE KEY");
    });

    it("prefers the configured certificate to those of the environment, and needs none", async () => {
      await fetch({ X509_USER_PROXY: files.proxy }, { ca: files.ca, cert: files.userCert, key: files.userKey });
      expect(lastClient()).toBe("Some Operator < Test authority");
      expect(await fetch({})).toMatchObject({ complete: true });
    });

    it("does not show it to systems that know people by tokens", async () => {
      const settings = { ...SETTINGS, url: `${server.url}/query`, tls: { ca: files.ca }, token: "hush" };
      const source = createTicketSource(requireSystem("ssb"), settings, testTools({ X509_USER_PROXY: files.proxy }));
      expect(await source.fetch(new Map())).toMatchObject({ complete: true, tickets: [] });
      expect(server.requests.at(-1)?.headers.authorization).toBe("Bearer hush");
      expect(lastClient()).toBe("nobody < nobody");
    });

    it("refuses a server whose authority is unknown, and trusts one of the grid's folder", async () => {
      const refused = await fetch({ X509_USER_PROXY: files.proxy }, {});
      expect(refused.reason).toContain("cannot be trusted");
      const before = server.requests.length;
      expect(await fetch({ X509_CERT_DIR: files.folder }, {})).toMatchObject({ complete: true });
      expect(server.requests.length).toBe(before + 1);
    });

    it("refuses a server with another name", async () => {
      const url = server.url.replace("127.0.0.1", "localhost");
      const source = createTicketSource(
        requireSystem("ggus"),
        { ...SETTINGS, url, tls: { ca: files.ca } },
        testTools(),
      );
      expect((await source.fetch(new Map())).reason).toContain("cannot be trusted");
    });

    it("says what is wrong with a certificate, before anything is sent", async () => {
      const broken = join(files.folder, "broken");
      const reason = async (content: string) => {
        writeFileSync(broken, content);
        return (await fetch({ X509_USER_PROXY: broken })).reason;
      };
      const pem = (name: string) => execFileSync("cat", [join(files.folder, name)], { encoding: "utf8" });
      const before = server.requests.length;
      expect((await fetch({ X509_USER_PROXY: "/nowhere" })).reason).toContain("cannot be read (ENOENT)");
      expect(await reason("")).toContain("has no certificate");
      expect(await reason(pem("user.pem"))).toContain("has no private key");
      expect(await reason(pem("user.pem") + pem("server.key"))).toContain("not that of the certificate");
      expect(await reason(pem("user.key") + pem("user.pem").replace(/^(.{70}).{8}/ms, "$1AAAAAAAA"))).toMatch(
        /broken|not that/,
      );
      const encrypted = execFileSync("openssl", ["ec", "-aes128", "-passout", "pass:hush", "-in", files.userKey], {
        stdio: "pipe",
      });
      expect(await reason(pem("user.pem") + encrypted.toString())).toContain("is encrypted");
      expect(server.requests.length).toBe(before);
    });

    it("says that a proxy has expired, and reads a renewed one at the next fetch", () => {
      const places = { environment: { X509_USER_PROXY: files.proxy }, temporaryFolder: "/nonexistent", userId: null };
      const find = (day: number) => findClientCertificate(undefined, places, new Date(Date.now() + day * 86_400_000));
      expect(() => find(2)).toThrow(/expired at .* — renew it/);
      expect(() => find(-2)).toThrow("check the clock");
      expect(find(0)?.source).toBe("X509_USER_PROXY");
    });
  },
);
