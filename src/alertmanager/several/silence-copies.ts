import type { Logger } from "pino";
import { formatMatcher } from "../../alert/matcher.ts";
import { isOurs, type Silence, type SilenceRequest } from "../../alert/silence.ts";
import { firstAnswer } from "./answers.ts";
import type { Mesh } from "./mesh.ts";

/** A silence with the mesh that holds it. */
export interface Located {
  readonly mesh: Mesh;
  readonly silence: Silence;
}

/**
 * Makes every mesh agree with the copy that was changed last: missing ones are made, ends are set, and those that were
 * ended elsewhere end. Only silences of ours; what people made by other means stays where they made it.
 * @param meshes those that answered
 */
export async function reconcileCopies(
  meshes: readonly Mesh[],
  located: readonly Located[],
  log: Pick<Logger, "info">,
): Promise<void> {
  const groups = new Map<string, Located[]>();
  for (const copy of located.filter(({ silence }) => isOurs(silence))) {
    const key = contentKey(copy.silence);
    groups.set(key, [...(groups.get(key) ?? []), copy]);
  }
  for (const copies of groups.values()) {
    const newest = copies.toSorted(byChange).at(-1)?.silence;
    for (const mesh of newest === undefined ? [] : meshes) {
      const live = copies.find((copy) => copy.mesh === mesh && copy.silence.state !== "expired")?.silence;
      await bringTo(mesh, live, newest as Silence, log);
    }
  }
}

async function bringTo(
  mesh: Mesh,
  live: Silence | undefined,
  newest: Silence,
  log: Pick<Logger, "info">,
): Promise<void> {
  const address = mesh[0]?.server.address;
  if (newest.state === "expired") {
    if (live !== undefined) {
      await firstAnswer(mesh, (server) => server.expireSilence(live.id));
      log.info({ address, silence: live.id }, "silence ended that had been ended elsewhere");
    }
  } else if (live === undefined || live.endsAt.getTime() !== newest.endsAt.getTime()) {
    const request = { ...newest, startsAt: live?.startsAt ?? newest.startsAt };
    await firstAnswer(mesh, (server) => server.putSilence(withId(request, live?.id)));
    log.info({ address, silence: newest.id }, "silence given to an Alertmanager that missed it");
  }
}

/** Later changes last; of two at once (a replaced silence and its successor) the living one last. */
function byChange(left: Located, right: Located): number {
  const isLive = (copy: Located) => Number(copy.silence.state !== "expired");
  const changed = (copy: Located) => Math.floor(copy.silence.updatedAt.getTime() / 1000);
  return changed(left) - changed(right) || isLive(left) - isLive(right);
}

/** The request that makes the same silence, or changes the one named. */
export function withId(request: SilenceRequest, id: string | undefined): SilenceRequest {
  const { matchers, startsAt, endsAt, createdBy, comment } = request;
  return { ...(id === undefined ? {} : { id }), matchers, startsAt, endsAt, createdBy, comment };
}

/** True when both are the same silence in two meshes, whatever their ends. */
export function isCopy(left: Silence, right: Silence): boolean {
  return contentKey(left) === contentKey(right);
}

/** What makes two silences the same: what they hide, by whom, and why. */
export function contentKey(silence: Silence): string {
  const matchers = silence.matchers.map(formatMatcher).sort();
  return JSON.stringify([matchers, silence.createdBy, silence.comment]);
}
