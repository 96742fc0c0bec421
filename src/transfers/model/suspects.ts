import { describe, type TransferIncident } from "./incident.ts";
import { newSuspicion, type Problem, type Subject, type Suspicion } from "./suspect.ts";

/**
 * Evidence from which something is taken to be at fault. In ordinary times a sum of log-likelihood ratios reaches h once in at
 * least e^h transfers: 14 is once in a million.
 */
export const OPEN_AT = 14;
/** Evidence to the contrary from which it is well again. */
const CLOSE_AT = 6;
const LEAST_AFFECTED = 6;
/** A storage element or server is at fault when at least so many of its links are; with fewer it is the link. */
const LEAST_PARTNERS = 2;
const MOST_TRACKED = 50_000;
/** Seconds without a transfer after which nobody can say any more. */
const IDLE = 4 * 3600;
/** Seconds after which slow is what is usual. */
const LONGEST = 24 * 3600;

interface Tracked {
  readonly subject: Subject;
  readonly problem: Problem;
  readonly suspicion: Suspicion;
  incident: TransferIncident | null;
}

/** Keeps, of all subjects, those that anything speaks against; opens, follows and closes incidents. */
export class Suspects {
  readonly #tracked = new Map<string, Tracked>();

  /** What speaks against a subject; null when nothing does. */
  find(subject: Subject, problem: Problem): Suspicion | null {
    return this.#tracked.get(keyOf(subject, problem))?.suspicion ?? null;
  }

  isOpen(subject: Subject, problem: Problem): boolean {
    return (this.#tracked.get(keyOf(subject, problem))?.incident ?? null) !== null;
  }

  /** The suspicion of a subject, a new one when there is none. */
  of(subject: Subject, problem: Problem, at: number): Suspicion {
    const key = keyOf(subject, problem);
    const known = this.#tracked.get(key);
    if (known !== undefined) {
      this.#tracked.delete(key);
      this.#tracked.set(key, known);
      return known.suspicion;
    }
    const fresh: Tracked = { subject, problem, suspicion: newSuspicion(at), incident: null };
    this.#tracked.set(key, fresh);
    this.#bound();
    return fresh.suspicion;
  }

  /** Opens, updates or closes after evidence was added; null when nothing came of it. @param usual evidence that all is well */
  settle(subject: Subject, problem: Problem, usual: number, at: number): TransferIncident | null {
    const key = keyOf(subject, problem);
    const tracked = this.#tracked.get(key);
    if (tracked === undefined) {
      return null;
    }
    const { suspicion, incident } = tracked;
    if (incident !== null) {
      suspicion.down = Math.max(0, suspicion.down + usual);
      return suspicion.down >= CLOSE_AT
        ? this.#close(key, tracked, at, "as usual again")
        : this.#update(tracked, incident);
    }
    if (suspicion.up === 0) {
      this.#tracked.delete(key);
      return null;
    }
    const enough = suspicion.up >= OPEN_AT && suspicion.affected >= LEAST_AFFECTED;
    return enough && (subject.kind === "link" || suspicion.partners.size >= LEAST_PARTNERS)
      ? this.#open(tracked, at)
      : null;
  }

  /** Closes what is idle or has lasted for so long that it is usual. @param now Unix seconds */
  expire(now: number): TransferIncident[] {
    return this.#openEntries().flatMap(([key, tracked]) => {
      const idle = now - tracked.suspicion.last >= IDLE;
      const old = now - (tracked.incident?.openedAt.getTime() ?? 0) / 1000 >= LONGEST;
      const because = idle ? "no transfers any more" : old ? "it has become usual" : null;
      return because === null ? [] : [this.#close(key, tracked, now, because)];
    });
  }

  /** Closes the incidents of links that are part of a wider one. */
  absorb(wider: TransferIncident, at: number): TransferIncident[] {
    const { kind, name } = wider.subject;
    return this.#openEntries()
      .filter(
        ([, { subject, problem }]) =>
          problem === wider.problem && subject.kind === "link" && touches(subject.name, kind, name),
      )
      .map(([key, tracked]) => this.#close(key, tracked, at, `part of ${kind} ${name}`));
  }

  open(): TransferIncident[] {
    return this.#openEntries().map(([, { incident }]) => incident as TransferIncident);
  }

  save(): SavedSuspect[] {
    return [...this.#tracked.values()].map(({ subject, problem, suspicion, incident }) => ({
      subject,
      problem,
      suspicion: { ...suspicion, partners: [...suspicion.partners], reasons: [...suspicion.reasons] },
      incident,
    }));
  }

  restore(saved: readonly SavedSuspect[]): void {
    for (const { subject, problem, suspicion, incident } of saved) {
      const whole = {
        ...suspicion,
        partners: new Set(suspicion.partners),
        reasons: new Map(suspicion.reasons),
        held: [...suspicion.held],
      };
      this.#tracked.set(keyOf(subject, problem), {
        subject,
        problem,
        suspicion: whole,
        incident: incident && revived(incident),
      });
    }
  }

  #openEntries(): [string, Tracked][] {
    return [...this.#tracked].filter(([, { incident }]) => incident !== null);
  }

  #open(tracked: Tracked, at: number): TransferIncident {
    const { subject, problem, suspicion } = tracked;
    const openedAt = new Date(1000 * at);
    const id = `transfers:${problem}:${subject.kind}:${subject.name}:${openedAt.toISOString()}`;
    tracked.incident = describe({ id, subject, problem, openedAt, threshold: OPEN_AT, peak: 0 }, suspicion, null);
    suspicion.held = [];
    return tracked.incident;
  }

  #update(tracked: Tracked, incident: TransferIncident): TransferIncident {
    tracked.incident = describe(incident, tracked.suspicion, null);
    return tracked.incident;
  }

  #close(key: string, tracked: Tracked, at: number, because: string): TransferIncident {
    this.#tracked.delete(key);
    return describe(tracked.incident as TransferIncident, tracked.suspicion, { at, because });
  }

  /** The one that nothing was heard of for longest goes; open ones stay. */
  #bound(): void {
    if (this.#tracked.size <= MOST_TRACKED) {
      return;
    }
    for (const [key, { incident }] of this.#tracked) {
      if (incident === null) {
        this.#tracked.delete(key);
        return;
      }
    }
  }
}

/** A suspect as it is stored: JSON. */
export interface SavedSuspect {
  readonly subject: Subject;
  readonly problem: Problem;
  readonly suspicion: Omit<Suspicion, "partners" | "reasons"> & {
    readonly partners: readonly string[];
    readonly reasons: readonly (readonly [string, number])[];
  };
  readonly incident: TransferIncident | null;
}

/** Dates out of the text that JSON made of them. */
export function revived(incident: TransferIncident): TransferIncident {
  const { openedAt, updatedAt, closedAt, since } = incident;
  return {
    ...incident,
    openedAt: new Date(openedAt),
    updatedAt: new Date(updatedAt),
    closedAt: closedAt === null ? null : new Date(closedAt),
    since: new Date(since),
  };
}

function keyOf({ kind, name }: Subject, problem: Problem): string {
  return `${problem}|${kind}|${name}`;
}

function touches(link: string, kind: Subject["kind"], name: string): boolean {
  const [source, destination] = link.split(" → ");
  return (kind === "source" && source === name) || (kind === "destination" && destination === name);
}
