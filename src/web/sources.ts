import type { OutcomeView, Role, WebAction } from "./actions.ts";
import type {
  AnomalyDetailView,
  AnomalyView,
  AuditView,
  ModelView,
  NoiseView,
  OncallPageView,
  PreviewView,
  RunbookView,
  ServiceDetailView,
  SilenceView,
} from "./detail-views.ts";
import type { WebDqm } from "./dqm.ts";
import type { TransfersView } from "./transfer-views.ts";
import type { AsOfView, GroupView, ServiceView, StatusView } from "./views.ts";

/** Who asks. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
}

/** What has changed; pages that show it ask again. */
export type Topic = "services" | "groups" | "silences" | "models" | "oncall" | "audit" | "status";

/** Where the dashboard's data comes from. Every method gives the present state, quickly, from memory or the store. */
export interface WebSources {
  status(): Promise<StatusView>;
  services(): Promise<readonly ServiceView[]>;
  /** Groups that fire, are acknowledged or silenced, and those resolved recently; worst first. */
  groups(): Promise<readonly GroupView[]>;
  /** How old alerts and silences are: a list that could not be read again is not shown as if it were. */
  asOf(list: "groups" | "silences"): AsOfView;
  /** Calls the listener at every change until the returned function is called. */
  subscribe(listener: (topic: Topic) => void): () => void;
  act(action: WebAction, actor: Actor): Promise<OutcomeView>;
  /** Data transfers, of one site or storage element when `about` names it; left out where none are watched. */
  readonly transfers?: (about: string | null) => Promise<TransfersView>;
  /** The other pages' data; without it they say that there is none. */
  readonly details?: WebDetails;
  /** Verdicts on runs' lumisections; left out where they are not kept. */
  readonly dqm?: WebDqm;
}

/** A time range of a service page, in hours before now. */
export interface CourseRange {
  readonly hours: number;
  /** Which of the service's entities; the worst one unless named. */
  readonly entity?: string;
}

/** What the other pages show. A method gives null for what does not exist. */
export interface WebDetails {
  service(name: string, range: CourseRange): Promise<ServiceDetailView | null>;
  anomalies(days: number): Promise<readonly AnomalyView[]>;
  anomaly(id: string): Promise<AnomalyDetailView | null>;
  silences(): Promise<readonly SilenceView[]>;
  /** What a silence would hide. @throws UserError for a matcher that is none. */
  preview(matchers: readonly string[]): Promise<PreviewView>;
  oncall(): Promise<OncallPageView>;
  models(): Promise<readonly ModelView[]>;
  audit(limit: number): Promise<readonly AuditView[]>;
  noise(days: number): Promise<NoiseView>;
  runbook(id: string): Promise<RunbookView | null>;
}
