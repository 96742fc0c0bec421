import { createHttpGet, type HttpGet } from "../../http/http.ts";
import type { SourceSettings, SourceTools } from "../system.ts";

/** How a system wants to be shown a token, and whether it knows people by their certificates. */
export interface Access {
  readonly scheme: "Bearer " | "Token token=";
  readonly usesCertificate: boolean;
}

/** The GET of a source's server. */
export function createSourceGet(settings: SourceSettings, access: Access, tools: SourceTools): HttpGet {
  const { token, tls, timeout, maxBytes } = settings;
  const authorization = token === undefined ? undefined : `${access.scheme}${token}`;
  return createHttpGet(
    { authorization, tls, timeout, maxBytes, usesCertificate: access.usesCertificate },
    tools,
    tools.clock,
  );
}
