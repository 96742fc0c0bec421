import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Address } from "../../../src/alert/address.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { createElasticsearchSource } from "../../../src/transfers/rucio/elasticsearch.ts";
import type { IndexOptions } from "../../../src/transfers/rucio/http.ts";
import { type Certificates, HAS_OPENSSL, makeCertificates } from "../../http/certificates.ts";
import { elasticsearchStandIn, type StandIn } from "./stand-in.ts";

describe.skipIf(!HAS_OPENSSL)(`transfer events over TLS${HAS_OPENSSL ? "" : ": skipped, openssl is missing"}`, () => {
  let ours: Certificates;
  let strangers: Certificates;
  let server: StandIn | null = null;
  let tries = 0;
  beforeAll(() => {
    ours = makeCertificates();
    strangers = makeCertificates();
  });
  afterEach(async () => {
    await server?.close();
    server = null;
  });
  afterAll(() => {
    for (const { folder } of [ours, strangers]) {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  async function serve(wantsCertificate = false): Promise<void> {
    const { serverCert, serverKey, ca } = ours;
    const [cert, key] = [readFileSync(serverCert), readFileSync(serverKey)];
    const known = wantsCertificate ? { ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true } : {};
    server = await elasticsearchStandIn("elasticsearch", "8.13.4", { cert, key, ...known });
    server.documents.push({ id: "one", at: 1000, source: { data: {} } });
  }

  async function read(tls?: IndexOptions["tls"], change: Partial<IndexOptions> = {}): Promise<readonly string[]> {
    const elasticsearch = { url: server?.url, token: "a-bearer-token", ...(tls === undefined ? {} : { tls }) };
    const { transfers } = configSchema.parse({ transfers: { elasticsearch } });
    tries = 0;
    const pause = async () => {
      tries++;
    };
    const source = createElasticsearchSource({ ...(transfers.elasticsearch as IndexOptions), ...change }, { pause });
    const ids: string[] = [];
    for await (const page of source.since(0, new AbortController().signal)) {
      ids.push(...page.map(({ id }) => id));
    }
    return ids;
  }

  it("are read where the configured authority vouches for the server, and the token goes over it", async () => {
    await serve();
    expect(await read({ ca: ours.ca })).toEqual(["one"]);
    expect(server?.asked.every(({ authorization }) => authorization === "Bearer a-bearer-token")).toBe(true);
  });

  it("are not read from a server that nobody, or another authority, vouches for; nothing is sent and not tried again", async () => {
    await serve();
    await expect(read()).rejects.toThrow(
      /certificate is not trusted: name the authority in transfers.elasticsearch.tls.ca/,
    );
    await expect(read({ ca: strangers.ca })).rejects.toThrow(
      /https:\/\/127.0.0.1:\d+\/: got \S+ — its certificate is not/,
    );
    expect([server?.asked, tries]).toEqual([[], 0]);
  });

  it("are not read under a name that the certificate does not have", async () => {
    await serve();
    const url = Address.parse((server?.url ?? "").replace("127.0.0.1", "localhost"));
    await expect(read({ ca: ours.ca }, { url })).rejects.toThrow(/certificate is for another name/);
  });

  it("show the configured certificate to a server that wants one: two files, or one with both", async () => {
    await serve(true);
    const both = join(ours.folder, "both.pem");
    writeFileSync(both, `${readFileSync(ours.userCert)}${readFileSync(ours.userKey)}`);
    expect(await read({ ca: ours.ca, cert: ours.userCert, key: ours.userKey })).toEqual(["one"]);
    expect(await read({ ca: ours.ca, cert: both })).toEqual(["one"]);
  });

  it("say so where the server wants a certificate and gets none, or a stranger's", async () => {
    await serve(true);
    const wanted = /wants a certificate.* that it trusts.* in transfers.elasticsearch.tls.cert/;
    await expect(read({ ca: ours.ca })).rejects.toThrow(wanted);
    await expect(read({ ca: ours.ca, cert: strangers.userCert, key: strangers.userKey })).rejects.toThrow(wanted);
  });

  it("say at the start which files are no certificates, or do not belong together", async () => {
    await serve();
    await expect(read({ ca: ours.ca, cert: ours.userCert, key: ours.serverKey })).rejects.toThrow(
      /does not hold certificates that fit/,
    );
    await expect(read({ ca: join(ours.folder, "nothing.pem") })).rejects.toThrow(/cannot be read: .*nothing.pem/);
  });
});
