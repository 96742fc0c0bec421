import type { Anomaly } from "../../alert/anomaly.ts";
import type { AlertGroup } from "../../alert/group.ts";
import type { AlertChange } from "../../store/store.ts";
import { formatNumber, offBy } from "./numbers.ts";
import { context, cut, cutMarkdown, lines, type Payload, plain, section } from "./payload.ts";
import { moment } from "./time.ts";

/** Why there is this alert: what each detector saw, why the alerts are together, and what happened so far. */
export function explainMessage(
  group: AlertGroup,
  anomalies: readonly Anomaly[],
  history: readonly AlertChange[],
): Payload {
  const told = [...history].sort((left, right) => left.at.getTime() - right.at.getTime()).slice(-12);
  return {
    text: cutMarkdown(`Why: ${plain(group.title)}`, 300),
    blocks: [
      section(
        `*Why there is an alert: ${plain(cut(group.title, 300))}*\n${
          group.reasons.length === 0
            ? "_No reasons were recorded._"
            : lines(
                group.reasons.map((one) => `• ${plain(one)}`),
                2000,
                "reasons",
              )
        }`,
      ),
      ...anomalies.slice(0, 6).map((one) => section(anomalyText(one))),
      ...(anomalies.length === 0
        ? [section("No anomaly of a metric is behind it: it came as an alert or a ticket.")]
        : []),
      ...(told.length === 0
        ? []
        : [
            section(
              `*What happened*\n${lines(
                told.map(
                  (one) => `• ${moment(one.at)} ${one.state}${one.actor === null ? "" : ` by ${plain(one.actor)}`}`,
                ),
                1500,
                "changes",
              )}`,
            ),
          ]),
      context(`Group \`${plain(group.id)}\``),
    ],
  };
}

function anomalyText(anomaly: Anomaly): string {
  const shares = anomaly.contributions.slice(0, 5).map(({ metric, share, seen, expected }) => {
    const values =
      seen === null
        ? ""
        : expected === null
          ? `: ${formatNumber(seen)}`
          : `: ${formatNumber(seen)}, expected ${formatNumber(expected)} (${offBy(seen, expected)})`;
    return `• ${Math.round(share * 100)} % *${plain(metric)}*${values}`;
  });
  return [
    `*${plain(anomaly.entity)}*: ${anomaly.kind} anomaly, looks like a matter of *${anomaly.class}*`,
    `Since ${moment(anomaly.openedAt)}, worst at ${moment(anomaly.peakAt)}: score ${formatNumber(anomaly.peakScore)}, limit ${formatNumber(anomaly.threshold)} (${plain(anomaly.detector)} ${plain(anomaly.modelVersion)})`,
    ...shares,
    ...anomaly.evidence.slice(0, 4).map((one) => `_${plain(cut(one, 300))}_`),
    ...(anomaly.context?.lowered ?? []).map(
      ({ because, muted }) => `_${muted ? "nobody is alerted" : "less serious"}: ${plain(cut(because, 300))}_`,
    ),
  ].join("\n");
}
