import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** True where the program `openssl` is there: Node itself cannot make certificates. */
export const HAS_OPENSSL = spawnSync("openssl", ["version"]).status === 0;

/** Elliptic curves: making RSA keys takes seconds. */
const CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

/** Files of a small authority: its own certificate, a server's for 127.0.0.1, a person's, and a proxy of that person. */
export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly userCert: string;
  readonly userKey: string;
  /** Proxy certificate, its key and the person's certificate in one file, as voms-proxy-init writes it. */
  readonly proxy: string;
}

/** Makes them in a temporary folder, valid for a day from now. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-certificates-"));
  const path = (name: string) => join(folder, name);
  const openssl = (...words: readonly string[]) => execFileSync("openssl", [...words], { stdio: "pipe" });
  const request = (name: string, subject: string) => {
    openssl(
      "req",
      "-new",
      ...CURVE,
      "-nodes",
      "-keyout",
      path(`${name}.key`),
      "-out",
      path(`${name}.csr`),
      "-subj",
      subject,
    );
  };
  const sign = (name: string, by: string, extension: string) => {
    writeFileSync(path(`${name}.ext`), extension);
    openssl(
      "x509",
      "-req",
      "-in",
      path(`${name}.csr`),
      "-CA",
      path(`${by}.pem`),
      "-CAkey",
      path(`${by}.key`),
      "-CAcreateserial",
      "-days",
      "1",
      "-extfile",
      path(`${name}.ext`),
      "-out",
      path(`${name}.pem`),
    );
  };
  openssl(
    "req",
    "-x509",
    ...CURVE,
    "-nodes",
    "-keyout",
    path("ca.key"),
    "-out",
    path("ca.pem"),
    "-days",
    "2",
    "-subj",
    "/CN=Test authority",
  );
  request("server", "/CN=Test server");
  sign("server", "ca", "subjectAltName=IP:127.0.0.1\n");
  request("user", "/DC=test/CN=Some Operator");
  sign("user", "ca", "keyUsage=digitalSignature\n");
  request("proxy", "/DC=test/CN=Some Operator/CN=12345");
  sign("proxy", "user", "keyUsage=digitalSignature\nproxyCertInfo=critical,language:id-ppl-inheritAll\n");
  const proxy = path("x509up");
  writeFileSync(proxy, ["proxy.pem", "proxy.key", "user.pem"].map((name) => readFileSync(path(name), "utf8")).join(""));
  return {
    folder,
    ca: path("ca.pem"),
    serverCert: path("server.pem"),
    serverKey: path("server.key"),
    userCert: path("user.pem"),
    userKey: path("user.key"),
    proxy,
  };
}
