import { AlertmanagerError } from "../error.ts";
import type { AlertmanagerServer } from "../server.ts";
import type { Member } from "./member.ts";

/** The first answer, trying one member after the other; a refusal is an answer. @throws the first fault when none answers */
export async function firstAnswer<T>(
  members: readonly Member[],
  request: (server: AlertmanagerServer) => Promise<T>,
): Promise<T> {
  let fault: unknown = null;
  for (const member of members) {
    try {
      return await member.attempt(request);
    } catch (error) {
      if (!(error instanceof AlertmanagerError) || !error.isTemporary) {
        throw error;
      }
      fault ??= error;
    }
  }
  throw fault;
}

/** The answers of all that answer. @throws the first fault when none does */
export async function everyAnswer<T>(
  members: readonly Member[],
  request: (server: AlertmanagerServer) => Promise<T>,
): Promise<readonly T[]> {
  const results = await Promise.allSettled(members.map((member) => member.attempt(request)));
  const answers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const fault = results.find((result) => result.status === "rejected");
  if (answers.length === 0 && fault !== undefined) {
    throw fault.reason;
  }
  return answers;
}
