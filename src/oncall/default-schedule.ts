import { type KnownServices, parseSchedule, type Schedule } from "./load.ts";

/** Made-up people for the demo, and their places in its workspace. */
export interface DemoPerson {
  readonly name: string;
  readonly slackId?: string;
}

/**
 * A small schedule for the demo: all given people take weekly turns for every service, handing over on Mondays at 9 in
 * Geneva, the next one as the second; then the channel.
 * @param people at least one @throws UserError when there is nobody
 */
export function defaultSchedule(
  people: readonly DemoPerson[],
  channel: string | null,
  known: KnownServices | null = null,
): Schedule {
  const names = people.map(({ name }) => name);
  const rotation = { people: names, every: "1w", starts: "2026-01-05", handoff: { day: "monday", time: "09:00" } };
  const schedule = {
    timezone: "Europe/Zurich",
    people,
    rosters: [
      {
        name: "cmsweb",
        title: "CMSWEB operators",
        default: true,
        roles: { primary: { rotation }, secondary: { nextOf: "primary" } },
        ...(channel === null ? {} : { channel }),
      },
    ],
    escalations: {
      standard: {
        steps: [
          { role: "primary", wait: "10m" },
          { role: "secondary", wait: "10m" },
          ...(channel === null ? [] : [{ channel, wait: "15m" }]),
        ],
      },
    },
    fallback: { person: names[0] ?? "", ...(channel === null ? {} : { channel }) },
    quiet: { from: "22:00", to: "07:00" },
  };
  return parseSchedule(schedule, "built-in schedule", known);
}
