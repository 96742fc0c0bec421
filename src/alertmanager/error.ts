import { UserError } from "../alert/user-error.ts";

/** A request that an Alertmanager refused, could not answer or never saw. */
export class AlertmanagerError extends UserError {
  override readonly name = "AlertmanagerError";
  /** Base address of the Alertmanager, without credentials. */
  readonly address: string;
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null;
  /** True when the same request may succeed later: no answer, too many requests, or the server's own fault. */
  readonly isTemporary: boolean;

  constructor(what: string, address: string, status: number | null, hint: string, options?: ErrorOptions) {
    super(what, `Alertmanager ${address}`, hint, options);
    this.address = address;
    this.status = status;
    this.isTemporary = status === null || status === 429 || status >= 500;
  }
}

/** What to do about an HTTP status of Alertmanager, for the person who reads the error. */
export function hintForStatus(status: number): string {
  if (status === 401 || status === 403) {
    return "check alertmanager.token (or tokenFile) and the certificate";
  }
  if (status === 404) {
    return "check that the address is Alertmanager's base address and that the id still exists";
  }
  if (status === 410) {
    return "this server speaks another API version; cmswatch needs API v2 (Alertmanager 0.16 or later)";
  }
  if (status === 413) {
    return "a proxy in between limits the size of requests; raise its limit";
  }
  if (status === 429) {
    return "the server asks to slow down; it is tried again later";
  }
  return status >= 500 ? "look at the server's own log; it is tried again later" : "fix the request and send it again";
}

/** What to do about a request without an answer, by Node's or axios's error code. */
export function hintForCode(code: string): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return "check the host name in alertmanager.urls";
  }
  if (code === "ECONNREFUSED") {
    return "check that Alertmanager runs there and listens on this port";
  }
  if (code === "ECONNABORTED" || code === "ETIMEDOUT") {
    return "it did not answer in time; check the network or raise alertmanager.timeout";
  }
  if (/CERT|SELF_SIGNED|ISSUER|ERR_TLS/.test(code)) {
    return "its certificate is not trusted; name the authority in alertmanager.tls.ca";
  }
  return "check the network between here and there";
}
