import { MatcherSyntaxError, parseMatchers } from "../alert/matcher.ts";
import { UserError } from "../alert/user-error.ts";
import type { Config } from "../config/schema.ts";
import { checkRecurring, type RecurringSilence } from "./recurring-silences.ts";

/** @throws UserError for one that cannot be: its schedule, its length, its matchers, or an id that another has */
export function readRecurring({ recurringSilences, maxSilence }: Config["intelligence"]): readonly RecurringSilence[] {
  return recurringSilences.map((one, index) => {
    const where = `intelligence.recurringSilences ${one.id}`;
    if (recurringSilences.findIndex(({ id }) => id === one.id) !== index) {
      throw new UserError("is there twice", where, "give each its own id");
    }
    const { id, cron, timezone, owner, reason } = one;
    const until = one.until === undefined ? null : new Date(one.until);
    const wish = { id, cron, timezone, owner, reason, until, length: one.for, matchers: read(one.matchers, where) };
    checkRecurring(wish, maxSilence);
    return wish;
  });
}

function read(matchers: readonly string[], where: string): RecurringSilence["matchers"] {
  try {
    return matchers.flatMap(parseMatchers);
  } catch (error) {
    if (error instanceof MatcherSyntaxError) {
      throw new UserError(error.message, where, 'write matchers like `service="dbs"`', { cause: error });
    }
    throw error;
  }
}
