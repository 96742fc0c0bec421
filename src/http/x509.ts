import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { own } from "../alert/own.ts";
import { UserError } from "../alert/user-error.ts";

/** A client certificate (with its chain) and its key, in PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
  /** Where it came from, for people. */
  readonly source: string;
}

export interface CertificatePlaces {
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of proxies made by voms-proxy-init, usually /tmp. */
  readonly temporaryFolder: string;
  /** Numeric id of the user; null where the system has none. */
  readonly userId: number | null;
}

/** Those of this process. */
export function certificatePlaces(environment: NodeJS.ProcessEnv): CertificatePlaces {
  return { environment, temporaryFolder: tmpdir(), userId: process.getuid?.() ?? null };
}

const MAX_BYTES = 1_000_000;
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----(?:(?!-----BEGIN).)*?-----END \1-----/gs;

/**
 * The client certificate to use: the configured one, else `X509_USER_PROXY`, else `X509_USER_CERT` with `X509_USER_KEY`,
 * else the proxy `x509up_u<uid>` in the temporary folder; null when there is none. It is read again at each call, because
 * proxies are renewed every few hours.
 * @throws UserError when the one that is named cannot be read, has expired, has no key, or a key of another certificate.
 */
export function findClientCertificate(
  configured: { readonly cert?: string | undefined; readonly key?: string | undefined } | undefined,
  places: CertificatePlaces,
  now: Date,
): ClientCertificate | null {
  const { environment } = places;
  const named = (name: string) => own(environment, name) || null;
  const proxy = named("X509_USER_PROXY");
  const userCert = named("X509_USER_CERT");
  const usual = places.userId === null ? null : join(places.temporaryFolder, `x509up_u${places.userId}`);
  if (configured?.cert !== undefined) {
    return load(configured.cert, configured.key ?? configured.cert, "tls.cert", now);
  }
  if (proxy !== null) {
    return load(proxy, proxy, "X509_USER_PROXY", now);
  }
  if (userCert !== null) {
    return load(userCert, named("X509_USER_KEY") ?? userCert, "X509_USER_CERT", now);
  }
  return usual !== null && existsSync(usual) ? load(usual, usual, usual, now) : null;
}

function load(certFile: string, keyFile: string, source: string, now: Date): ClientCertificate {
  const certText = readPem(certFile, source);
  const keyText = keyFile === certFile ? certText : readPem(keyFile, source);
  const chain = blocks(certText).filter(({ kind }) => kind === "CERTIFICATE");
  const key = blocks(keyText).find(({ kind }) => kind.endsWith("PRIVATE KEY"));
  if (chain.length === 0) {
    throw new UserError(`${certFile} has no certificate in it`, source, "name a file in PEM");
  }
  if (key === undefined) {
    throw new UserError(
      `${keyFile} has no private key in it`,
      source,
      "a proxy holds its key; else name the key's file",
    );
  }
  if (key.kind.includes("ENCRYPTED") || key.text.includes("Proc-Type: 4,ENCRYPTED")) {
    throw new UserError(`the key in ${keyFile} is encrypted`, source, "make a proxy with voms-proxy-init");
  }
  checkCertificate(
    chain.map(({ text }) => text),
    key.text,
    certFile,
    source,
    now,
  );
  return { cert: chain.map(({ text }) => text).join("\n"), key: key.text, source };
}

function checkCertificate(chain: readonly string[], key: string, file: string, source: string, now: Date): void {
  const certificates = chain.map((text) =>
    attempt(() => new X509Certificate(text), `${file} has a broken certificate`, source),
  );
  const own = certificates[0];
  const privateKey = attempt(() => createPrivateKey(key), `${file} has a broken private key`, source);
  if (own === undefined || !own.checkPrivateKey(privateKey)) {
    throw new UserError(`the key is not that of the certificate in ${file}`, source, "name the key that belongs to it");
  }
  // A proxy is as good as the shortest-lived certificate of its chain.
  const end = new Date(Math.min(...certificates.map((certificate) => Date.parse(certificate.validTo))));
  const begin = new Date(own.validFrom);
  if (end <= now) {
    throw new UserError(`${file} expired at ${end.toISOString()}`, source, "renew it (voms-proxy-init)");
  }
  if (begin > now) {
    throw new UserError(`${file} is valid from ${begin.toISOString()} on`, source, "check the clock");
  }
}

function attempt<T>(work: () => T, what: string, source: string): T {
  try {
    return work();
  } catch (error) {
    throw new UserError(`${what} (${(error as Error).message})`, source, "make it again", { cause: error });
  }
}

function blocks(text: string): readonly { kind: string; text: string }[] {
  return [...text.matchAll(BLOCK)].map(([whole, kind]) => ({ kind: kind ?? "", text: whole }));
}

/** Text of a PEM file. @throws UserError when it cannot be read. */
export function readPem(file: string, source: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) {
      throw new UserError(`${file} is too large for a certificate`, source, "name a file in PEM");
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(`${file} cannot be read (${code})`, source, "check the path and its permissions", {
      cause: error,
    });
  }
}
