const EXPORTED = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?$/;
const ISO = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/;
/** Tickets are from the time of the grid; a date outside of it is a slip or a placeholder. */
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** A time of an export, `YYYY-MM-DD HH:MM:SS` in UTC or a date alone; null for anything else, impossible days included. */
export function parseExportedTime(text: string): Date | null {
  const parts = EXPORTED.exec(text);
  if (parts === null) {
    return null;
  }
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isSame = time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  return isSame && hour < 24 && minute < 60 && second < 60 ? plausible(time) : null;
}

/** A time in ISO 8601 with its zone; null for anything else, impossible days included. */
export function parseIsoTime(text: string): Date | null {
  const day = ISO.exec(text)?.[1];
  if (day === undefined || parseExportedTime(day) === null) {
    return null;
  }
  return plausible(new Date(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2")));
}

/** A time in milliseconds since 1970; null for what is no plausible time (seconds taken for milliseconds included). */
export function parseMilliseconds(value: number): Date | null {
  return Number.isSafeInteger(value) ? plausible(new Date(value)) : null;
}

function plausible(time: Date): Date | null {
  return time.getTime() >= EARLIEST && time.getTime() < LATEST ? time : null;
}
