import { setNow } from "./format.js";

/** A request that was refused; the message is for people. */
export class Refused extends Error {
  constructor(status, what, hint) {
    super(hint ? `${what} — ${hint}` : what);
    this.status = status;
  }
}

/** Reads JSON from the API. @throws Refused with what the server says, or that it is away. */
export async function get(path) {
  return read(fetch(path, { headers: { accept: "application/json" } }));
}

/** Sends JSON. @throws Refused as `get`. */
export async function send(path, body, method = "POST") {
  return read(
    fetch(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) }),
  );
}

async function read(pending) {
  let response;
  try {
    response = await pending;
  } catch {
    throw new Refused(0, "cmswatch does not answer", "is it still running?");
  }
  setNow(response.headers.get("x-cmswatch-time"));
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refused(
      response.status,
      body.error?.what ?? body.message ?? `answered ${response.status}`,
      body.error?.hint,
    );
  }
  return body;
}
