import type { AlertGroup, Person } from "../alert/group.ts";

interface About {
  /** Identity of what is sent: the same key is the same message, however often a replica tries. */
  readonly key: string;
  readonly group: AlertGroup;
  readonly roster: string | null;
  readonly reason: string;
}

/** Something to tell people, for whoever can reach them. */
export type OncallMessage =
  /** Wakes a person. `nobody`: the person is the fallback since nobody is on call. */
  | (About & { readonly kind: "page"; readonly person: Person; readonly step: number; readonly nobody: boolean })
  /** A step that goes to a channel. */
  | (About & { readonly kind: "channel"; readonly channel: string; readonly step: number })
  /** Said once when a page is held back; `channel` is null where the roster has none. */
  | (About & { readonly kind: "held"; readonly channel: string | null; readonly until: Date; readonly person: Person })
  /** Loud: nobody is on call, the fallback is paged. */
  | (About & { readonly kind: "nobody"; readonly channel: string | null; readonly person: Person })
  /** Loud: everybody was paged, nobody answered. */
  | (About & { readonly kind: "unanswered"; readonly channel: string | null });

/**
 * Brings a message to people; resolves when it was delivered. A rejection is tried again, so it should have a time limit
 * and may look at the key to be sure that it does not send twice after a crash.
 */
export type Deliver = (message: OncallMessage) => Promise<void>;
