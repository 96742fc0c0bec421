import type { Catalogue } from "../../config/catalogue.ts";
import type { Memory } from "./memory.ts";
import type { Facts, GroupState } from "./types.ts";

/** A rule's wish: into which group, and why. */
export interface Match {
  readonly group: GroupState;
  readonly reason: string;
  /** A group that it shows to be part of this one. */
  readonly absorbs?: GroupState;
}

/** What rules may look at. */
export interface View {
  readonly t: number;
  readonly facts: Facts;
  readonly catalogue: Catalogue;
  readonly memory: Memory;
}

/** One way to belong to a group that exists already. */
export interface Rule {
  readonly name: string;
  match(view: View): Match | null;
}
