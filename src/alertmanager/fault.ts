import type { Alert } from "../alert/alert.ts";
import { own } from "../alert/own.ts";

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Why Alertmanager would refuse the alert, in its words, or null. An empty label counts as missing. */
export function alertFault(alert: Pick<Alert, "labels" | "startsAt" | "endsAt">): string | null {
  const names = Object.keys(alert.labels).filter((name) => own(alert.labels, name) !== "");
  if (names.length === 0) {
    return "at least one label pair required";
  }
  const badName = names.find((name) => !LABEL_NAME.test(name));
  if (badName !== undefined) {
    return `invalid label set: invalid name ${JSON.stringify(badName)}`;
  }
  const endsAt = alert.endsAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return endsAt < alert.startsAt.getTime() ? "start time must be before end time" : null;
}
