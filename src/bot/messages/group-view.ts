import type { AlertGroup } from "../../alert/group.ts";
import type { Acknowledgement, LedgerEntry } from "../../store/store.ts";

/** A group with what people did about it: all that its message shows. */
export interface GroupView {
  readonly group: AlertGroup;
  /** The acknowledgement that holds now, else null. */
  readonly acknowledgement: Acknowledgement | null;
  /** Silences that people made for this group and that still hold. */
  readonly silences: readonly LedgerEntry[];
  /** Why this person gets it as a direct message; null in a channel. */
  readonly pageReason: string | null;
  /** Its message in the channel, for those who are not there; null in the channel itself. */
  readonly permalink: string | null;
  /** Base address of the dashboard, for "see all"; null when there is none. */
  readonly webUrl: string | null;
}
