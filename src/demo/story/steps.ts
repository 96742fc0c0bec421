import type { Alert } from "../../alert/alert.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { InjectionKind } from "../cmsweb/injection.ts";
import type { Board } from "../tickets/board.ts";
import type { SimulatedRucio } from "../transfers/rucio.ts";
import { databaseIntervention, nodeStorm, ticketFlood } from "./occasions.ts";

const MINUTE = 60_000;
/** An event's times are its points': the first may be up to a step before the moment it was made. */
const POINT = 10_000;

/** What a step does things with. */
export interface StepWorld {
  readonly current: CurrentState;
  readonly board: Pick<Board, "addTickets" | "addOutage">;
  readonly rucio: Pick<SimulatedRucio, "slow">;
  inject(service: string, kind: InjectionKind, minutes: number): Promise<string>;
  /** Takes a run's histograms, judges them and keeps what came of it. @returns its alert */
  judgeRun(now: Date): Promise<Alert>;
  /** Sends alerts as another producer would. */
  send(alerts: readonly Alert[]): Promise<void>;
  readonly now: Date;
}

/** One part of the story: what happens, what that shows, and where to look. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** What happens. */
  readonly happens: string;
  /** What this part of cmswatch is for. */
  readonly purpose: string;
  /** What to look at, and what to try. */
  readonly look: string;
  /** Page of the dashboard that shows it; `{service}` is the service that was chosen. */
  readonly page: string;
  /** The service it will be about ("" where it is about none), or why it cannot begin yet. */
  choose(world: StepWorld): { readonly service: string } | { readonly waitsFor: string };
  begin(world: StepWorld, service: string): Promise<void>;
  /** What cmswatch has found of it since then, in a sentence; null while it has not. */
  found(world: StepWorld, service: string, since: Date): string | null;
}

type Told = Pick<Step, "id" | "title" | "happens" | "purpose" | "look">;

/** Something goes wrong with the metrics of one service: of the first one in the list that is well just now. */
function anomalyStep(services: readonly string[], kind: "point" | "contextual" | "collective", told: Told): Step {
  return {
    ...told,
    page: "/services/{service}",
    choose({ current, now }) {
      const isReady = (service: string) =>
        current
          .entitiesOf(service)
          .some(({ state, at }) => state === "ok" && at !== null && now.getTime() - at.getTime() < MINUTE);
      const service = services.find(isReady);
      return service === undefined
        ? { waitsFor: `a model of ${services[0]} that scores live points, and no other trouble there` }
        : { service };
    },
    begin: async ({ inject }, service) => void (await inject(service, kind, 6)),
    found({ current }, service, since) {
      const anomaly = (current.anomalies.last() ?? []).find(
        (one) => one.service === service && one.openedAt.getTime() >= since.getTime() - POINT,
      );
      return anomaly === undefined
        ? null
        : `found as a ${anomaly.kind} anomaly (${anomaly.class}), ${secondsBetween(since, anomaly.openedAt)} s after it began${
            anomaly.kind === kind ? "" : `. Meant to be ${kind}: the kind is that of its worst point so far`
          }`;
    },
  };
}

/** Alerts arrive; found when a group has those that are meant. */
function alertStep(
  told: Told & Pick<Step, "page">,
  begin: Step["begin"],
  isMeant: (alert: Alert) => boolean,
  say: (alerts: number, groups: number) => string,
): Step {
  return {
    ...told,
    choose: () => ({ service: "" }),
    begin,
    found({ current }, _, since) {
      const groups = (current.groups.last() ?? [])
        .filter(({ state }) => state !== "resolved")
        .map(({ alerts }) =>
          alerts.filter((alert) => isMeant(alert) && alert.startsAt.getTime() >= since.getTime() - 2000),
        )
        .filter((alerts) => alerts.length > 0);
      const alerts = groups.reduce((sum, { length }) => sum + length, 0);
      return alerts === 0 ? null : say(alerts, groups.length);
    },
  };
}

const grouped = (what: string) => (alerts: number, groups: number) =>
  `${alerts} ${what} ${alerts === 1 ? "has" : "have"} become ${groups === 1 ? "one group: one message, one page" : `${groups} groups`}`;

/** The whole story, in its order. */
export const STEPS: readonly Step[] = [
  anomalyStep(["dbs"], "point", {
    id: "point",
    title: "A point anomaly",
    happens: "Latency and CPU of dbs jump far outside anything seen before.",
    purpose:
      "Models learn what normal looks like for each service; nobody writes thresholds. Two of three points over the line open an event, so a single blip does not.",
    look: "On the service page: the band that was expected, the points outside it, why it was called an anomaly. In Slack: one message with the runbook's first step. Press Acknowledge; type /anomaly status dbs.",
  }),
  anomalyStep(["frontend", "confdb", "couchdb"], "contextual", {
    id: "contextual",
    title: "A contextual anomaly",
    happens: "{service} gets the load of another hour of the day.",
    purpose:
      "Each value by itself is ordinary; at this time it is not. Limits on a value cannot see that, a model of what belongs together and when can.",
    look: "The page of {service}: no metric is higher than at its busiest hour, and yet the score is over its threshold.",
  }),
  anomalyStep(["couchdb", "crabserver", "confdb", "crabcache"], "collective", {
    id: "collective",
    title: "A collective anomaly",
    happens: "CPU of {service} swings up and down each minute while requests stay as they were.",
    purpose: "No single point is odd. The shape over a minute, and CPU that requests do not explain, are.",
    look: "The anomaly's page: which metrics contribute, which earlier ones were alike. Say that it is none: the feedback is kept, and can be taken back.",
  }),
  alertStep(
    {
      id: "node-down",
      title: "A node dies",
      happens: "One Kubernetes node stops; Prometheus' own rules send 15 alerts at once.",
      purpose:
        "A storm becomes one alert that counts what it hides. The others are held back only while the node is the cause, and come back if they outlive it.",
      look: "One group, one message in Slack. “Why, and what is in it” lists every pod and the reason; the ledger of silences shows what was held back, by whom and why.",
      page: "/alerts",
    },
    ({ send, now }) => send(nodeStorm(now)),
    ({ labels }) => labels["node"] === "cmsweb-node-7",
    grouped("alerts"),
  ),
  alertStep(
    {
      id: "intervention",
      title: "A planned intervention",
      happens: "The status board announces work on the database behind dbs, beginning now. Then dbs goes wrong.",
      purpose:
        "Notices are read like tickets. What an intervention covers in time and system is said to be explained by it and ranks lower; it is never hidden.",
      look: "The intervention stands on the time axis of dbs. The anomaly names it as its explanation.",
      page: "/services/dbs",
    },
    async ({ board, inject, now }) => {
      board.addOutage(databaseIntervention(now));
      await inject("dbs", "point", 4);
    },
    ({ labels }) => labels["service"] === "SSB",
    () => "the notice is an alert, and explains what it covers",
  ),
  alertStep(
    {
      id: "tickets",
      title: "A flood of tickets",
      happens: "Ten people report the same broken storage in GGUS within minutes.",
      purpose:
        "Tickets become alerts that live and die with them. Those of one site and one trouble are one group, as urgent as the most urgent of them.",
      look: "The group's title and count; Slack has one message instead of ten. /anomaly tickets lists them.",
      page: "/alerts?filter=service%3D%22GGUS%22",
    },
    async ({ board, now }) => board.addTickets(ticketFlood(now)),
    ({ labels }) => labels["service"] === "GGUS" && labels["Site"] === "DESY-HH",
    grouped("tickets"),
  ),
  alertStep(
    {
      id: "transfers",
      title: "Slow transfers",
      happens: "Transfers from and to one storage element begin to take four times as long as they should.",
      purpose:
        "How long a transfer should take is learnt from past ones, by link, size and activity. When many deviate, the link or storage element that explains them all is named, once.",
      look: "The page of transfers: what is slow, since when, and the slowest single ones. A slow transfer is known only when it ends, so this takes two minutes: go on meanwhile.",
      page: "/transfers",
    },
    async ({ rucio, now }) => void rucio.slow(now),
    ({ labels }) => labels["tag"] === "transfers",
    (alerts) => `${alerts === 1 ? "one alert names" : `${alerts} alerts name`} what the slow transfers have in common`,
  ),
  alertStep(
    {
      id: "lumisections",
      title: "Bad lumisections",
      happens: "Part of the muon system goes dark for twenty lumisections of a run.",
      purpose:
        "Histograms of good runs are learnt; lumisections that do not look like them are marked, with the bins that are off. People's words win over the machine's.",
      look: "The map of the run: which lumisections, why, and what the worst look like; overrule some. With it the story is told: silence something with a preview, look at the noise report and the audit log.",
      page: "/dqm",
    },
    async ({ judgeRun, send, now }) => send([await judgeRun(now)]),
    ({ labels }) => labels["tag"] === "dqm",
    () => "the run has one alert that names the range",
  ),
];

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
}
