import type { OutcomeView, Role } from "../../actions.ts";
import { Refused, send } from "./api.ts";

const RANKS = { viewer: 0, operator: 1, admin: 2 } as const satisfies Record<Role, number>;

/** Who asks, as the server knows them, and what this server has. */
export interface Me {
  readonly actor: { readonly name: string; readonly role: Role } | null;
  /** Pages that are not ours, e.g. the demo's Slack. */
  readonly links: readonly { readonly title: string; readonly href: string }[];
  /** Names of the pages that this server has data for. */
  readonly pages: readonly string[];
}

/** What a silence dialog opens with. */
export interface SilenceDraft {
  readonly matchers: readonly string[];
  readonly minutes?: number;
  readonly reason?: string;
}

/** What a page may do: who asks, and deeds with their answer shown. */
export interface Session {
  readonly actor: Me["actor"];
  may(role: Role): boolean;
  /** Does it at the server, says what came of it, and draws the page again. False when it was refused. */
  act(action: Readonly<Record<string, unknown>>): Promise<boolean>;
  toast(text: string, isBad?: boolean): void;
  openSilence(draft: SilenceDraft): void;
}

/** @param show draws the page again · @param toast says a sentence for some seconds */
export function createSession(
  me: Me,
  show: () => Promise<void>,
  toast: Session["toast"],
  openSilence: Session["openSilence"],
): Session {
  return {
    actor: me.actor,
    may: (role) => me.actor !== null && RANKS[me.actor.role] >= RANKS[role],
    async act(action) {
      try {
        toast((await send<OutcomeView>("/api/v1/actions", action)).message);
        await show();
        return true;
      } catch (error) {
        toast(error instanceof Refused ? error.message : String(error), true);
        return false;
      }
    },
    toast,
    openSilence,
  };
}
