import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Alertmanager } from "../../alert/alertmanager.ts";
import type { Silence } from "../../alert/silence.ts";
import { AlertmanagerError } from "../error.ts";
import { firstAnswer } from "./answers.ts";
import type { Mesh } from "./mesh.ts";
import { contentKey, isCopy, type Located, reconcileCopies, withId } from "./silence-copies.ts";

/** Ids of silences that are one and the same on several meshes: most that are remembered. */
const MAX_ALIASES = 10_000;

/** The silences of several Alertmanagers as one list. */
export interface ClusterSilences extends Pick<Alertmanager, "silences" | "putSilence" | "expireSilence"> {
  /** Gives a mesh that was away the silences of ours that it missed, and ends those that ended meanwhile. */
  reconcile(): Promise<void>;
}

/**
 * A silence lives once in each mesh, under an id of its own there. Copies are recognised by what they say (matchers,
 * author, comment, end); people see one, with the id that was first given out.
 */
export function createClusterSilences(
  findMeshes: () => Promise<readonly Mesh[]>,
  log: Pick<Logger, "warn" | "info">,
): ClusterSilences {
  const shownIds = new LRUCache<string, string>({ max: MAX_ALIASES });
  const show = (ids: readonly string[]): string => {
    const shown = ids.map((id) => shownIds.get(id)).find((id) => id !== undefined) ?? ids[0] ?? "";
    for (const id of ids) {
      shownIds.set(id, shown);
    }
    return shown;
  };
  const copiesOf = (id: string, located: readonly Located[]): readonly Located[] => {
    const named = located.find(({ silence }) => silence.id === id || shownIds.get(silence.id) === id);
    return named === undefined ? [] : located.filter(({ silence }) => isCopy(silence, named.silence));
  };

  return {
    async silences(matchers) {
      const meshes = await findMeshes();
      if (meshes.length === 1) {
        return firstAnswer(meshes[0] ?? [], (server) => server.silences(matchers));
      }
      return mergeCopies((await locate(meshes, matchers)).located, show);
    },
    async putSilence(request) {
      const meshes = await findMeshes();
      const old =
        request.id === undefined || meshes.length === 1 ? [] : copiesOf(request.id, (await locate(meshes)).located);
      const ids = await onEach(meshes, log, (mesh) => {
        const id = meshes.length === 1 ? request.id : old.find((copy) => copy.mesh === mesh)?.silence.id;
        return firstAnswer(mesh, (server) => server.putSilence(withId(request, id)));
      });
      return meshes.length === 1 ? (ids[0] ?? "") : show(ids);
    },
    async expireSilence(id) {
      const meshes = await findMeshes();
      if (meshes.length === 1) {
        return firstAnswer(meshes[0] ?? [], (server) => server.expireSilence(id));
      }
      const copies = copiesOf(id, (await locate(meshes)).located).filter(({ silence }) => silence.state !== "expired");
      await Promise.all(
        copies.map((copy) => firstAnswer(copy.mesh, (server) => server.expireSilence(copy.silence.id))),
      );
    },
    async reconcile() {
      const meshes = await findMeshes();
      if (meshes.length > 1) {
        const { answered, located } = await locate(meshes);
        await reconcileCopies(answered, located, log);
      }
    },
  };
}

/** All silences with the mesh they are in, and which meshes answered. @throws when none does */
async function locate(
  meshes: readonly Mesh[],
  matchers?: Parameters<Alertmanager["silences"]>[0],
): Promise<{ readonly answered: readonly Mesh[]; readonly located: readonly Located[] }> {
  const results = await Promise.allSettled(
    meshes.map(async (mesh) => ({ mesh, silences: await firstAnswer(mesh, (server) => server.silences(matchers)) })),
  );
  const answers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const fault = results.find((result) => result.status === "rejected");
  if (answers.length === 0 && fault !== undefined) {
    throw fault.reason;
  }
  return {
    answered: answers.map(({ mesh }) => mesh),
    located: answers.flatMap(({ mesh, silences }) => silences.map((silence) => ({ mesh, silence }))),
  };
}

/** Runs it on each mesh and gives the answers of those that answered. @throws when none did, or when one refused */
async function onEach<T>(
  meshes: readonly Mesh[],
  log: Pick<Logger, "warn">,
  work: (mesh: Mesh) => Promise<T>,
): Promise<readonly T[]> {
  const results = await Promise.allSettled(meshes.map(work));
  const faults = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  const hard = faults.find((fault) => !(fault instanceof AlertmanagerError) || !fault.isTemporary);
  if (hard !== undefined || faults.length === meshes.length) {
    throw hard ?? faults[0];
  }
  for (const fault of faults) {
    log.warn({ fault: (fault as Error).message }, "a silence did not reach every Alertmanager");
  }
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

function mergeCopies(located: readonly Located[], show: (ids: readonly string[]) => string): readonly Silence[] {
  const groups = new Map<string, Silence[]>();
  for (const { silence } of located) {
    const key = `${contentKey(silence)} ${silence.state}`;
    groups.set(key, [...(groups.get(key) ?? []), silence]);
  }
  return [...groups.values()].flatMap((copies) => {
    const [first] = copies;
    return first === undefined ? [] : [{ ...first, id: show(copies.map((copy) => copy.id)) }];
  });
}
