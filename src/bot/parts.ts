import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import type { AlertGroup, Person } from "../alert/group.ts";
import type { SeverityRanking } from "../alert/severity.ts";
import type { DqmRecord } from "../dqm/service/record.ts";
import type { Actions, OncallDesk } from "../operations/actions-types.ts";
import type { MetricSeries, StatusSource } from "../status/status-types.ts";
import type { Store } from "../store/store.ts";
import type { FloodRules } from "./delivery/flood.ts";

/** How to reach Slack; the configuration's `slack` section after defaults. */
export interface SlackSettings {
  readonly botToken: string;
  /** With it, Socket Mode is used. */
  readonly appToken?: string;
  /** With it (and no app token), Slack's requests are served over HTTP. */
  readonly signingSecret?: string;
  readonly apiUrl?: string;
  /** `host:port` for HTTP; port 0 takes any free one. */
  readonly listen: string;
  /** Channel id per purpose (`default`, `pages`, `digest`) or service name. */
  readonly channels: Readonly<Record<string, string>>;
  /** Action → ids of users or user groups; an action that is not named is everybody's. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
  /** Role of a roster (`cmsweb`, `cmsweb/secondary`) → user group that holds whoever has it. */
  readonly userGroups?: Readonly<Record<string, string>>;
  /** False: channel topics are left alone at a change of shift. */
  readonly setTopic?: boolean;
  /** Zone of quiet hours of people of whom Slack tells none. */
  readonly timezone?: string;
  /** Milliseconds that edits are collected before they are sent, unless a person waits for them. */
  readonly batchFor?: number;
  /** Least distance of two messages to one channel in milliseconds. */
  readonly spacing?: number;
  /** How long one request to Slack may take, in milliseconds. */
  readonly timeout?: number;
}

/** Draws a metric's course with its expected band as a PNG. */
export type DrawPicture = (series: MetricSeries, options: { readonly dark: boolean }) => Promise<Picture>;

export interface Picture {
  readonly png: Uint8Array;
  /** What the picture says, for those who do not see it. */
  readonly altText: string;
}

/** What else can be asked by command; each is left out where the part is not configured. */
export interface ExtraAnswers {
  /** Data transfers that last too long, as lines for people; of one site or storage element when `about` names it. */
  readonly transfers?: (now: Date, about: string | null) => Promise<readonly string[]>;
}

/** Everything the bot works with; all of it is handed in. */
export interface BotParts {
  readonly slack: SlackSettings;
  readonly status: StatusSource;
  readonly actions: Actions;
  readonly oncall: OncallDesk;
  readonly store: Store;
  readonly log: Logger;
  readonly clock: Clock;
  /** Names of all services, for suggestions. */
  readonly services: readonly string[];
  /** Severity → rank; the usual ones when left out. */
  readonly severities?: SeverityRanking;
  /** Base address of the dashboard, for links; null when there is none. */
  readonly webUrl: string | null;
  /** Draws pictures; by default with Vega-Lite. */
  readonly draw?: DrawPicture;
  readonly extras?: ExtraAnswers;
  /** Verdicts on runs' lumisections, which people overrule; left out where data quality is not watched. */
  readonly dqm?: Pick<DqmRecord, "report" | "reports" | "overrule">;
  /** When many alerts at once become one summary. */
  readonly flood?: FloodRules;
  /** Waits; tests hand in one that does not. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** Makes reference ids for errors. */
  readonly newReference?: () => string;
}

/** What came of sending somebody a page. */
export type PageResult =
  | { readonly delivered: true; readonly channel: string; readonly ts: string }
  | { readonly delivered: false; readonly reason: string };

/** A page to one person: which step of the escalation, and why they get it. */
export interface PageRequest {
  /** Identity of the page: one that is due again (the next round, the next time the alert fires) has another. */
  readonly key: string;
  readonly person: Person;
  readonly group: AlertGroup;
  readonly step: number;
  readonly reason: string;
}
