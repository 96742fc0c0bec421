import { alertsMessage } from "../../messages/lists.ts";
import { unknownServiceNotice } from "../../messages/notice.ts";
import { nearest } from "../../nearest.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly alerts [service] [severity]`, in any order. */
export const alerts: Subcommand = async ({ desk, words, reply }) => {
  const now = desk.clock();
  const service = words.find((word) => desk.services.includes(word.toLowerCase()))?.toLowerCase();
  const severity = words.find((word) => word.toLowerCase() !== service)?.toLowerCase();
  if (severity !== undefined && service === undefined) {
    const near = nearest(severity, desk.services);
    const severities = await knownSeverities();
    if (!severities.includes(severity) && near.length > 0) {
      await reply(unknownServiceNotice(severity, near));
      return;
    }
  }
  const filter = { ...(service === undefined ? {} : { service }), ...(severity === undefined ? {} : { severity }) };
  await reply(
    alertsMessage(await desk.status.groups(filter, now), [service, severity].filter(Boolean).join(", "), now),
  );

  async function knownSeverities(): Promise<readonly string[]> {
    const all = await desk.status.groups({}, now);
    return all.kind === "missing" ? [] : all.value.map((group) => group.severity.toLowerCase());
  }
};
