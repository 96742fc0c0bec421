import type { Person } from "../../alert/group.ts";
import { isWithin, spansBetween } from "../../oncall/hours.ts";
import type { Hours } from "../../oncall/schema.ts";
import { WEEKDAYS } from "../../oncall/schema.ts";
import type { Store } from "../../store/store.ts";
import type { People } from "../people.ts";
import { quietMembers, settingsOf } from "../settings.ts";

/** When a member's quiet hours end; null when it is not quiet for them now. */
export type QuietUntil = (userId: string, now: Date) => Promise<Date | null>;

/**
 * Reads what people chose in App Home, in their own time zone.
 * @param zone for those of whom Slack tells none
 */
export function createQuietHours(
  store: Pick<Store, "states">,
  people: Pick<People, "zoneOf">,
  zone: string,
): QuietUntil {
  return async (userId, now) => {
    const { quietHours } = await settingsOf(store, userId);
    if (quietHours === null) {
      return null;
    }
    const own = await people.zoneOf(userId).catch(() => null);
    return quietEnd(quietHours, own ?? zone, now);
  };
}

/**
 * Those of some people for whom it is quiet now, by name.
 * @param people asked for only when anybody has quiet hours at all
 */
export function createQuietPeople(
  store: Pick<Store, "states">,
  people: Pick<People, "idOf">,
  quietUntil: QuietUntil,
): (some: () => Promise<readonly Person[]>, now: Date) => Promise<ReadonlyMap<string, Date>> {
  return async (some, now) => {
    const members = await quietMembers(store);
    const found = new Map<string, Date>();
    for (const person of members.size === 0 ? [] : await some()) {
      const id = await people.idOf(person).catch(() => null);
      const until = id === null || !members.has(id) ? null : await quietUntil(id, now);
      if (until !== null) {
        found.set(person.name, until);
      }
    }
    return found;
  };
}

/** The end of quiet hours that a moment lies in, or null. @param quietHours such as `22-7`: whole hours of the day */
export function quietEnd(quietHours: string, zone: string, now: Date): Date | null {
  const [from, to] = quietHours.split("-").map((hour) => `${hour.padStart(2, "0")}:00`);
  if (
    from === undefined ||
    to === undefined ||
    !/^([01]\d|2[0-3]):00$/.test(from) ||
    !/^([01]\d|2[0-3]):00$/.test(to)
  ) {
    return null;
  }
  const hours: Hours = { days: [...WEEKDAYS], from, to, onHolidays: true };
  if (!isWithin(hours, zone, () => false, now)) {
    return null;
  }
  const [span] = spansBetween(hours, zone, () => false, { from: now, to: new Date(now.getTime() + 1) });
  return span?.to ?? null;
}
