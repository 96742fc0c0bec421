import type { OncallNow } from "../../status/status-types.ts";
import type { OncallPageView } from "../detail-views.ts";

type Shift = OncallPageView["shifts"][number];
const DAY = 86_400_000;
const SPAN = 14 * DAY;
const MAX_LOOKS = 200;

/**
 * Who is on call over the next two weeks: looked up now and again whenever somebody's turn ends (or after a day where no
 * end is known), so that overrides and holidays count as they will when the time comes.
 */
export async function calendar(
  oncall: (service: string | null, at: Date) => Promise<readonly OncallNow[]>,
  from: Date,
): Promise<Shift[]> {
  const end = from.getTime() + SPAN;
  const open = new Map<string, { person: string; from: number }>();
  const shifts: Shift[] = [];
  const close = (roster: string, at: number) => {
    const shift = open.get(roster);
    if (shift !== undefined) {
      const [begin, finish] = [new Date(shift.from).toISOString(), new Date(at).toISOString()];
      shifts.push({ roster, person: shift.person, from: begin, to: finish });
      open.delete(roster);
    }
  };
  let at = from.getTime();
  for (let look = 0; look < MAX_LOOKS && at < end; look++) {
    const duty = await oncall(null, new Date(at));
    for (const { roster, person } of duty) {
      const name = person?.name ?? "nobody";
      if (open.get(roster)?.person !== name) {
        close(roster, at);
        open.set(roster, { person: name, from: at });
      }
    }
    const ends = duty.flatMap(({ until }) => (until !== null && until.getTime() > at ? [until.getTime()] : []));
    at = Math.min(at + DAY, ...ends);
  }
  for (const roster of [...open.keys()]) {
    close(roster, Math.min(at, end));
  }
  return shifts.sort((left, right) => left.roster.localeCompare(right.roster) || left.from.localeCompare(right.from));
}
