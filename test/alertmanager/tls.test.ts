import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAlertmanagerClient } from "../../src/alertmanager/client.ts";
import { configSchema } from "../../src/config/schema.ts";
import { silent } from "./clients.ts";

const hasOpenssl = canRun("openssl", "version");

describe.skipIf(!hasOpenssl)(`TLS${hasOpenssl ? "" : ": skipped, openssl is missing"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-tls-"));
  const file = (name: string) => join(folder, name);
  let server: Server;
  let url = "";
  beforeAll(async () => {
    makeCertificate(file, "server", "subjectAltName=IP:127.0.0.1");
    makeCertificate(file, "robot", "subjectAltName=DNS:robot");
    const options = {
      cert: readFileSync(file("server.pem")),
      key: readFileSync(file("server.key")),
      ca: readFileSync(file("robot.pem")),
      requestCert: true,
      rejectUnauthorized: false,
    };
    server = createServer(options, (request, response) => {
      const isKnown = (request.socket as TLSSocket).authorized;
      response.writeHead(isKnown ? 200 : 403, { "content-type": "application/json" }).end(isKnown ? "[]" : '"who?"');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const silencesWith = (tls: Readonly<Record<string, string>>) => {
    const { alertmanager } = configSchema.parse({ alertmanager: { urls: [url], tls } });
    const sleep = async () => {};
    return createAlertmanagerClient(alertmanager, { log: silent, clock: () => new Date(), sleep }).silences();
  };

  test("does not trust a certificate that nobody vouches for", async () => {
    await expect(silencesWith({})).rejects.toThrow(/alertmanager\.tls\.ca/);
  });

  test("trusts the configured authority, and shows the configured certificate", async () => {
    const ca = file("server.pem");
    await expect(silencesWith({ ca })).rejects.toThrow(/answered 403/);
    expect(await silencesWith({ ca, cert: file("robot.pem"), key: file("robot.key") })).toEqual([]);
  });

  test("takes a certificate and its key out of one file, as proxy certificates have them", async () => {
    writeFileSync(file("proxy.pem"), `${readFileSync(file("robot.pem"))}${readFileSync(file("robot.key"))}`);
    expect(await silencesWith({ ca: file("server.pem"), cert: file("proxy.pem") })).toEqual([]);
  });
});

function canRun(program: string, ...words: readonly string[]): boolean {
  try {
    execFileSync(program, words, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function makeCertificate(file: (name: string) => string, name: string, extension: string): void {
  const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const output = ["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`), "-subj", `/CN=${name}`];
  execFileSync("openssl", [...words, ...output, "-addext", extension], { stdio: "ignore" });
}
