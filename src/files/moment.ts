import { UserError } from "../alert/user-error.ts";

/**
 * A moment as people write it: `2026-06-15T00:00:00Z`, a day, or Unix seconds; text without a zone is UTC.
 * @param where the option it was given by · @throws UserError for anything else
 */
export function readMoment(text: string, where: string): Date {
  const isSeconds = /^\d{9,11}(\.\d+)?$/.test(text);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes("T");
  const time = new Date(isSeconds ? Number(text) * 1000 : hasZone ? text : `${text}Z`);
  if (Number.isNaN(time.getTime())) {
    throw new UserError(`"${text}" is not a time`, where, "write a time like 2026-06-15T00:00:00Z, or unix seconds");
  }
  return time;
}
