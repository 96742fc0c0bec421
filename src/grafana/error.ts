import { isAxiosError } from "axios";
import { UserError } from "../alert/user-error.ts";

/** Grafana refused something or cannot be reached. */
export class GrafanaError extends UserError {
  override readonly name = "GrafanaError";
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;

  constructor(what: string, where: string, hint: string, status: number | null, options?: ErrorOptions) {
    super(what, where, hint, options);
    this.status = status;
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: "check `grafana.token`",
  403: "the token's account may not do this: give it the role Editor or the permission annotations:write",
  404: "check `grafana.url`, with the path under which Grafana is served",
  429: "it asks to slow down: it is tried again at the next cycle",
};

/** What went wrong, as one line for people. @param where address and path, without secrets */
export function toGrafanaError(error: unknown, where: string): GrafanaError {
  if (!isAxiosError(error)) {
    return new GrafanaError(
      `answers something unexpected (${(error as Error).message})`,
      where,
      "is this Grafana?",
      null,
      { cause: error },
    );
  }
  const status = error.response?.status ?? null;
  if (status === null) {
    return new GrafanaError(
      `cannot be reached (${error.code ?? error.message})`,
      where,
      "check `grafana.url` and that Grafana runs",
      null,
    );
  }
  const said: unknown = (error.response?.data as { message?: unknown } | undefined)?.message;
  const what = `refused with ${status}${typeof said === "string" ? `: ${said.slice(0, 200)}` : ""}`;
  return new GrafanaError(what, where, HINTS[status] ?? "see Grafana's log", status);
}
