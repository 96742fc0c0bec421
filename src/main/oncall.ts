import type { Person } from "../alert/group.ts";
import type { OncallDesk } from "../intelligence/actions-types.ts";

/** Nobody is on call where no roster is configured, and everybody is told so. */
export function emptyOncall(): OncallDesk {
  return {
    now: async () => [{ roster: "nobody", person: null, until: null, because: "no oncall.yaml is configured" }],
    rosters: async () => [],
    override: async () => ({
      ok: false,
      because: "unavailable",
      reason: "There is no roster to change: no oncall.yaml is configured.",
      group: null,
    }),
  };
}

/** A desk where the same person is always on call. */
export function fixedOncall(roster: string, person: Person): OncallDesk {
  return {
    ...emptyOncall(),
    now: async () => [{ roster, person, until: null, because: "the only one on the roster" }],
  };
}
