import type { Clock } from "../alert/clock.ts";
import type { Roster } from "../anomalies/service/roster.ts";
import type { Store } from "../store/store.ts";

/** Who asks, as the audit log names them. */
export interface Asker {
  readonly name: string;
  readonly via: "slack" | "web" | "cli" | "system";
}

/** What came of it, with a sentence for the person. */
export interface Answer {
  readonly ok: boolean;
  readonly reason: string;
}

/** Who works with the models of one entity: detection for those of services, others for theirs. */
export interface ModelKeeper {
  readonly entity: string;
  /** Kind of model that is asked for, and the key of the configuration that does. */
  readonly detector: string;
  readonly key: string;
  /** @returns true when another version is at work from now on */
  takeUp(): Promise<boolean>;
}

/** What people do with models. */
export interface ModelDesk {
  /** From now on models of this entity are taken up by its keeper. */
  enlist(keeper: ModelKeeper): void;
  /** Makes an older (or refused) version live again, at once. */
  activate(id: string, asker: Asker): Promise<Answer>;
}

export interface ModelDeskParts {
  readonly detector: string;
  readonly roster: Pick<Roster, "takeUp">;
  readonly store: Pick<Store, "models" | "audit">;
  readonly clock: Clock;
}

/** The use cases behind buttons and commands about models. Each is recorded with who did it and from where. */
export function createModelDesk({ detector, roster, store, clock }: ModelDeskParts): ModelDesk {
  const keepers = new Map<string, ModelKeeper>();
  const keeperOf = (entity: string): ModelKeeper =>
    keepers.get(entity) ?? {
      entity,
      detector,
      key: "detect.detectors",
      takeUp: async () => (await roster.takeUp(new AbortController().signal)).includes(entity),
    };
  return {
    enlist: (keeper) => void keepers.set(keeper.entity, keeper),
    async activate(id, asker) {
      const found = (await store.models.list()).find((model) => model.id === id);
      if (found === undefined) {
        return { ok: false, reason: "There is no such model any more: an entity keeps its ten newest." };
      }
      const keeper = keeperOf(found.entity);
      if (found.detector !== keeper.detector) {
        const reason = `It is of the detector ${found.detector}, the configuration asks for ${keeper.detector} (${keeper.key}).`;
        return { ok: false, reason };
      }
      if (found.active) {
        return { ok: false, reason: `Version ${found.version} of ${found.entity} is live already.` };
      }
      const at = clock();
      const note = `live by ${asker.name} since ${at.toISOString().slice(0, 16)}Z`;
      await store.models.activate(id, found.note ? `${found.note}; ${note}` : note);
      await store.audit.append({
        at,
        actor: asker.name,
        via: asker.via,
        action: "activate model",
        subject: found.entity,
        details: { id, version: found.version, detector: found.detector },
      });
      const reason = (await keeper.takeUp())
        ? `Version ${found.version} is live for ${found.entity} from now on, until a newer one does no worse.`
        : `Version ${found.version} is chosen for ${found.entity}; it goes live as soon as its data comes.`;
      return { ok: true, reason };
    },
  };
}
