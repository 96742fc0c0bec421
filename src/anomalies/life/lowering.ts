import type { Anomaly, Lowering } from "../../alert/anomaly.ts";

/** An announced outage or intervention, with the times in which it explains things. */
export interface Intervention {
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  /** Services it names; null where it touches everything. */
  readonly services: readonly string[] | null;
}

/** Days on which ordinary hours do not hold; dates as YYYY-MM-DD. */
export interface Holiday {
  readonly from: string;
  readonly to?: string | undefined;
  readonly name: string;
}

/** The intervention that covers an event in time and service, as a reason to take it less seriously; null when none does. */
export function loweredByIntervention(event: Anomaly, interventions: readonly Intervention[]): Lowering | null {
  const found = interventions.find(
    ({ from, to, services }) =>
      event.openedAt >= from && event.openedAt <= to && (services === null || services.includes(event.service)),
  );
  return found === undefined
    ? null
    : { by: "intervention", muted: false, because: `intervention ${found.name} covers it in time and system` };
}

/** A holiday as a reason to take an event less seriously: only where nothing but the usual hours speaks against it. */
export function loweredByHoliday(event: Anomaly, holidays: readonly Holiday[], timeZone: string): Lowering | null {
  if (event.class !== "performance" || event.kind === "point") {
    return null;
  }
  const day = dayIn(timeZone, event.openedAt);
  const found = holidays.find(({ from, to }) => day >= from && day <= (to ?? from));
  return found === undefined
    ? null
    : { by: "holiday", muted: false, because: `it is ${found.name}: usual hours do not hold` };
}

function dayIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}
