import { UserError } from "../alert/user-error.ts";
import type { SentError } from "./protocol.ts";

export function packError(error: unknown): SentError {
  const known = error instanceof Error ? error : new Error(String(error));
  const user = known instanceof UserError ? { what: known.what, where: known.where, hint: known.hint } : null;
  return { name: known.name, message: known.message, stack: known.stack ?? "", user };
}

/** The error again: a UserError stays one, any other is an Error with the stack of the thread it happened in. */
export function unpackError(sent: SentError): Error {
  if (sent.user !== null) {
    return new UserError(sent.user.what, sent.user.where, sent.user.hint);
  }
  const error = new Error(sent.message);
  error.stack = sent.stack;
  return error;
}
