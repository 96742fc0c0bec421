import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { UserError } from "../alert/user-error.ts";
import { gridAuthorities } from "./authorities.ts";
import { type CertificatePlaces, findClientCertificate } from "./x509.ts";

/** Files in PEM. */
export interface TlsFiles {
  /** Authorities to trust besides the system's. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  /** Left out: the certificate's file holds the key too. */
  readonly key?: string | undefined;
}

/** How a server of the grid is reached. */
export interface GridAccess extends CertificatePlaces {
  /** True to show the user's proxy or certificate when none is configured. */
  readonly usesDefault: boolean;
}

export interface TlsSettings {
  readonly files: TlsFiles | undefined;
  /** The configuration's key, for errors: `alertmanager.tls`. */
  readonly key: string;
  /** The grid's authorities are trusted and its certificates used; null for servers outside it. */
  readonly grid: GridAccess | null;
}

/**
 * Makes the agent of a request. Files are read again each time, since certificates are renewed while the process runs; the agent
 * and its connections are kept as long as they stay the same.
 * @returns a function that throws UserError for files that cannot be read or do not fit
 */
export function createAgents({ files, key, grid }: TlsSettings): (now: Date) => Agent {
  let kept: { readonly made: string; readonly agent: Agent } | null = null;
  return (now) => {
    const read = (name: "ca" | "cert" | "key") => {
      const file = files?.[name];
      return file === undefined ? undefined : readPem(file, `${key}.${name}`);
    };
    const ca = [...(grid === null ? [] : gridAuthorities(grid.environment)), ...[read("ca") ?? []].flat()];
    const certificate =
      grid === null
        ? plainCertificate(read("cert"), read("key"))
        : grid.usesDefault || files?.cert !== undefined
          ? findClientCertificate(files, grid, now)
          : null;
    const made = JSON.stringify([ca, certificate]);
    if (kept?.made !== made) {
      kept?.agent.destroy();
      const secureContext = contextOf(ca, certificate, key);
      kept = { made, agent: new Agent({ keepAlive: true, secureContext, rejectUnauthorized: true }) };
    }
    return kept.agent;
  };
}

function plainCertificate(cert: string | undefined, key: string | undefined) {
  return cert === undefined ? null : { cert, key: key ?? cert };
}

function contextOf(
  ca: readonly string[],
  certificate: { readonly cert: string; readonly key: string } | null,
  key: string,
): SecureContext {
  try {
    return createSecureContext({
      minVersion: "TLSv1.2",
      ...(ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }),
      ...(certificate === null ? {} : { cert: certificate.cert, key: certificate.key }),
    });
  } catch (error) {
    const what = `does not hold certificates that fit (${(error as Error).message})`;
    throw new UserError(what, key, "ca and cert are PEM files, key is that of cert", { cause: error });
  }
}

function readPem(file: string, key: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(`cannot be read: ${file} (${code})`, key, "check the path and its permissions", {
      cause: error,
    });
  }
}
