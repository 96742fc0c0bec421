import { UserError } from "../alert/user-error.ts";

/** Reads `host:port`, `[::1]:port` or `:port` (all addresses). @throws UserError when it is neither. */
export function readListen(listen: string, key = "web.listen"): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new UserError(`"${listen}" is not an address`, key, "write it like 127.0.0.1:8420");
  }
  return { host: match[1] ?? (match[2] === "" ? "0.0.0.0" : (match[2] ?? "")), port };
}

/** True for an address that only means "every interface": nobody can be reached at it. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "";
}
