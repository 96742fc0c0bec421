import { z } from "zod";
import type { Alert } from "../alert/alert.ts";
import { labelSet } from "../alert/label-set.ts";

const time = z.iso.datetime({ offset: true });

/** What Alertmanager's webhook receiver sends (version 4 of its format). */
export const webhookSchema = z.object({
  version: z.literal("4"),
  groupKey: z.string(),
  truncatedAlerts: z.int().nonnegative().default(0),
  status: z.enum(["firing", "resolved"]),
  receiver: z.string(),
  groupLabels: labelSet.default({}),
  externalURL: z.string().default(""),
  alerts: z
    .array(
      z.object({
        status: z.enum(["firing", "resolved"]),
        labels: labelSet,
        annotations: labelSet.default({}),
        startsAt: time,
        endsAt: time,
        generatorURL: z.string().default(""),
        fingerprint: z.string(),
      }),
    )
    .max(10_000),
});

/** A notification by Alertmanager. */
export interface Notification {
  readonly groupKey: string;
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  /** How many more alerts the group has than were sent. */
  readonly truncated: number;
  readonly alerts: readonly (Alert & { readonly fingerprint: string })[];
}

/** Reads a notification; an alert that fires has no end, though Alertmanager writes the year 1. */
export function toNotification(body: z.output<typeof webhookSchema>): Notification {
  return {
    groupKey: body.groupKey,
    receiver: body.receiver,
    status: body.status,
    truncated: body.truncatedAlerts,
    alerts: body.alerts.map((alert) => ({
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: new Date(alert.startsAt),
      endsAt: alert.status === "firing" ? null : new Date(alert.endsAt),
      generatorURL: alert.generatorURL,
      fingerprint: alert.fingerprint,
    })),
  };
}
