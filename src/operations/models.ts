import type { Clock } from "../alert/clock.ts";
import type { ModelKeeper } from "../alert/model-keeper.ts";
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

/** What people do with models. */
export interface ModelDesk {
  /** Makes an older (or refused) version live again, at once. */
  activate(id: string, asker: Asker): Promise<Answer>;
}

export interface ModelDeskParts {
  /** Finds who works with the models of an entity. */
  readonly keeperOf: (entity: string) => ModelKeeper;
  readonly store: Pick<Store, "models" | "audit">;
  readonly clock: Clock;
}

/** The use cases behind buttons and commands about models. Each is recorded with who did it and from where. */
export function createModelDesk({ keeperOf, store, clock }: ModelDeskParts): ModelDesk {
  return {
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
