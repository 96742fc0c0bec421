import { setNow } from "../parts/format.tsx";

/** A request that was refused; the message is for people. */
export class Refused extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  constructor(status: number, what: string, hint?: string) {
    super(hint ? `${what} — ${hint}` : what);
    this.status = status;
  }
}

/** Reads JSON from the API. @throws Refused with what the server says, or that it does not answer */
export async function get<T>(path: string): Promise<T> {
  return read<T>(fetch(path, { headers: { accept: "application/json" } }));
}

/** Sends JSON. @throws Refused as `get` */
export async function send<T>(path: string, body: unknown, method = "POST"): Promise<T> {
  return read<T>(
    fetch(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) }),
  );
}

interface ErrorBody {
  readonly error?: { readonly what?: string; readonly hint?: string };
  readonly message?: string;
}

async function read<T>(pending: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await pending;
  } catch {
    throw new Refused(0, "cmswatch does not answer", "is it still running?");
  }
  setNow(response.headers.get("x-cmswatch-time"));
  const body: unknown = await response.json().catch(() => ({}));
  if (!response.ok) {
    const { error, message } = body as ErrorBody;
    throw new Refused(response.status, error?.what ?? message ?? `answered ${response.status}`, error?.hint);
  }
  return body as T;
}
