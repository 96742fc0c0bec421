import type { OutcomeView, Role, WebAction } from "./actions.ts";
import type { GroupView, ServiceView, StatusView } from "./views.ts";

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
  /** Groups that fire, are acknowledged or silenced, and those resolved of late; worst first. */
  groups(): Promise<readonly GroupView[]>;
  /** Calls the listener at every change until the returned function is called. */
  subscribe(listener: (topic: Topic) => void): () => void;
  act(action: WebAction, actor: Actor): Promise<OutcomeView>;
}
