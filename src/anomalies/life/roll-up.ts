import type { Anomaly } from "../../alert/anomaly.ts";
import { asOneEvent, isOver, type ServiceEvent, takeIn } from "./service-events.ts";

/** The events of services that are made of several entities, while they last. */
export interface RollUp {
  /**
   * Takes in events that changed.
   * @returns those that people see: of whole services, and of entities that are not part of one; and the entities' events that
   * are, each with the id of the one it is part of
   */
  take(changed: readonly Anomaly[]): { readonly seen: readonly Anomaly[]; readonly members: readonly Anomaly[] };
  /** Goes on with an event that was open before a restart. */
  resume(event: Anomaly, members: readonly Anomaly[]): void;
  /** Forgets a service's event by its id. @returns ids of its members */
  drop(id: string): readonly string[];
}

export interface RollUpParts {
  /** What the entities of a service are called, e.g. pods; null where it is scored as a whole. */
  readonly parts: (service: string) => string | null;
  /** How many entities of a service are scored. */
  readonly scored: (service: string) => number;
}

/** @returns a roll-up without any event */
export function createRollUp({ parts, scored }: RollUpParts): RollUp {
  const services = new Map<string, ServiceEvent>();

  function takeOne(service: string, changed: readonly Anomaly[]) {
    const event = takeIn(services.get(service) ?? null, service, changed);
    if (isOver(event)) {
      services.delete(service);
    } else {
      services.set(service, event);
    }
    return {
      whole: asOneEvent(event, scored(service), parts(service) ?? "entities"),
      members: changed.map((member) => ({ ...member, partOf: event.id })),
    };
  }

  return {
    take(changed) {
      const seen = changed.filter(({ service }) => parts(service) === null);
      const apart = changed.filter(({ service }) => parts(service) !== null);
      const taken = [...new Set(apart.map(({ service }) => service))].map((service) =>
        takeOne(
          service,
          apart.filter((event) => event.service === service),
        ),
      );
      return { seen: [...seen, ...taken.map(({ whole }) => whole)], members: taken.flatMap(({ members }) => members) };
    },
    resume({ id, service, openedAt, context }, members) {
      const names = [...(context?.members ?? []), ...members].map(({ entity }) => entity);
      const byId = new Map(members.map((member) => [member.id, member]));
      const atOnce = context?.atOnce ?? members.length;
      services.set(service, { id, service, openedAt, members: byId, affected: new Set(names), atOnce });
    },
    drop(id) {
      const found = [...services.values()].find((event) => event.id === id);
      services.delete(found?.service ?? "");
      return [...(found?.members.keys() ?? [])];
    },
  };
}

interface Spec {
  readonly service: string;
  readonly by: readonly string[];
}

/**
 * Services whose entities are scored apart (by labels, or by several specifications), with what those are called: after the last
 * label that splits them.
 */
export function splitServices(specs: readonly Spec[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  for (const { service, by } of specs) {
    if (by.length > 0) {
      found.set(service, nounOf(by.at(-1) as string));
    } else if (seen.has(service) && !found.has(service)) {
      found.set(service, "entities");
    }
    seen.add(service);
  }
  return found;
}

const NOUNS = ["pod", "container", "instance", "node", "host", "site", "link"];

function nounOf(label: string): string {
  const noun = NOUNS.find((one) => label.toLowerCase().includes(one));
  return noun === undefined ? "entities" : `${noun}s`;
}
