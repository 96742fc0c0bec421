import { Address } from "../../alert/address.ts";
import { createStreamGet, type StreamGet } from "../../http/stream-get.ts";
import type { SourceSettings, SourceTools } from "../system.ts";

/** How a system wants to be shown a token, and whether it knows people by their certificates. */
export interface Access {
  readonly scheme: "Bearer " | "Token token=";
  readonly usesCertificate: boolean;
  /** Where it is when the configuration names no address. */
  readonly server: string;
  /** The configuration's section, for errors. */
  readonly section: string;
}

/** A source's server. */
export interface SourceServer {
  readonly get: StreamGet;
  /** Address to start from, without credentials: those are sent, not shown. */
  readonly base: string;
}

/** The server of a source as it is configured. */
export function openSourceServer(settings: SourceSettings, access: Access, tools: SourceTools): SourceServer {
  const { token, tls, timeout, maxBytes } = settings;
  const address = Address.from(settings.url ?? access.server);
  const get = createStreamGet(
    {
      address,
      section: access.section,
      authorization: token === undefined ? undefined : `${access.scheme}${token}`,
      tls,
      timeout,
      maxBytes,
      grid: { ...tools, usesDefault: access.usesCertificate },
    },
    tools.clock,
  );
  return { get, base: address.target() };
}

/** The address as it may be shown and logged: without its query and credentials. */
export function showAddress(url: string): string {
  return Address.parse(url).toString();
}
