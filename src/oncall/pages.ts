import type { AlertGroup, Person } from "../alert/group.ts";

interface About {
  /** Identity of what is sent: the same key is the same message, however often a replica tries. */
  readonly key: string;
  readonly group: AlertGroup;
  readonly roster: string | null;
  readonly reason: string;
}

/** A page to a person. `nobody`: the person is the fallback since nobody is on call. */
export type PageMessage = About & {
  readonly kind: "page";
  readonly person: Person;
  readonly step: number;
  readonly nobody: boolean;
};

/** Something to tell people, for whoever can reach them. */
export type OncallMessage =
  /** Wakes a person. */
  | PageMessage
  /** A step that goes to a channel. */
  | (About & { readonly kind: "channel"; readonly channel: string; readonly step: number })
  /** Said once when a page is held back; `channel` is null where the roster has none. */
  | (About & { readonly kind: "held"; readonly channel: string | null; readonly until: Date; readonly person: Person })
  /** Loud: nobody is on call, the fallback is paged. */
  | (About & { readonly kind: "nobody"; readonly channel: string | null; readonly person: Person })
  /** Somebody who is to be paged cannot be reached; the next in line is paged at once. `name`: whom. */
  | (About & { readonly kind: "unreached"; readonly channel: string | null; readonly name: string })
  /** Loud: everybody was paged, nobody answered. */
  | (About & { readonly kind: "unanswered"; readonly channel: string | null });

/** Thrown when a message reached nobody. */
export class NotDelivered extends Error {
  override readonly name = "NotDelivered";
  readonly final: boolean;

  /** @param final true when another try by the same way cannot help: a deactivated account, a channel that is gone */
  constructor(message: string, final = false) {
    super(message);
    this.final = final;
  }
}

/**
 * Brings a message to people; resolves when it was delivered. A rejection is tried again, so it should have a time limit
 * and may look at the key to be sure that it does not send twice after a crash.
 */
export type Deliver = (message: OncallMessage) => Promise<void>;
