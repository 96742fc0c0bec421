import type { AlertGroup } from "../../alert/group.ts";
import type { ServiceState } from "../../status/status-types.ts";

/** Colour of a group's bar and the sign before its title, by state. */
export const GROUP_LOOKS = {
  firing: { colour: "#d6293e", sign: ":red_circle:", word: "firing" },
  acknowledged: { colour: "#e8a317", sign: ":large_yellow_circle:", word: "acknowledged" },
  silenced: { colour: "#8b8f96", sign: ":no_bell:", word: "silenced" },
  resolved: { colour: "#2f9e63", sign: ":large_green_circle:", word: "resolved" },
} as const satisfies Record<AlertGroup["state"], { colour: string; sign: string; word: string }>;

/** Sign of a service's state. The word always stands beside it: colour alone says nothing to many readers. */
export const STATE_SIGNS = {
  ok: ":large_green_circle:",
  degraded: ":large_yellow_circle:",
  failing: ":red_circle:",
  silenced: ":no_bell:",
  learning: ":seedling:",
  unknown: ":white_circle:",
} as const satisfies Record<ServiceState, string>;

/** `critical` → `CRITICAL`; the same word everywhere. */
export function severityWord(severity: string): string {
  return severity === "" ? "UNRATED" : severity.toUpperCase();
}
