import { existsSync } from "node:fs";

/** True for the address of a PostgreSQL; everything else that `store.url` may say is a folder. */
export function isServerUrl(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url);
}

/** False where opening the store would make it: looking must not. A server is taken to be there. */
export function mayHoldStore(url: string): boolean {
  return isServerUrl(url) || existsSync(url);
}
