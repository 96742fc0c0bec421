import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const USUAL_FOLDER = "/etc/grid-security/certificates";
const MAX_FILES = 1000;
const MAX_BYTES = 100_000;

let cached: { folder: string; changed: number; authorities: readonly string[] } | null = null;

/**
 * Certificates of the grid's authorities, in PEM: those of `X509_CERT_DIR`, else of the usual folder; none where there is
 * no such folder. Read again when the folder changes.
 */
export function gridAuthorities(environment: NodeJS.ProcessEnv): readonly string[] {
  const folder = environment["X509_CERT_DIR"] || USUAL_FOLDER;
  try {
    const changed = statSync(folder).mtimeMs;
    if (cached?.folder !== folder || cached.changed !== changed) {
      cached = { folder, changed, authorities: readFolder(folder) };
    }
    return cached.authorities;
  } catch {
    return [];
  }
}

function readFolder(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => /\.(?:pem|crt)$/.test(name));
  return files.slice(0, MAX_FILES).flatMap((name) => {
    const path = join(folder, name);
    const text = statSync(path).size > MAX_BYTES ? "" : readFileSync(path, "utf8");
    return text.includes("-----BEGIN CERTIFICATE-----") ? [text] : [];
  });
}
