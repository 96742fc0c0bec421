/** JSON as it comes over the wire. */
export type Json = Readonly<Record<string, unknown>>;

export interface WorkspaceUser {
  readonly id: string;
  /** Short name, as in `@name`. */
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly isBot: boolean;
}

export interface WorkspaceChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: "channel" | "dm";
  /** For a direct message: the person at the other end. */
  readonly user: string | null;
  readonly topic: string;
}

/** A message as everybody (or, when ephemeral, one person) sees it. */
export interface WorkspaceMessage {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly attachments: readonly Json[];
  readonly threadTs: string | null;
  readonly edited: boolean;
  /** Member id of the only reader, or null. */
  readonly ephemeralFor: string | null;
  readonly files: readonly string[];
  readonly metadata: Json | null;
}

export interface WorkspaceView {
  readonly id: string;
  readonly user: string;
  readonly hash: string;
  readonly view: Json;
}

export interface WorkspaceState {
  readonly team: string;
  readonly botUser: string;
  readonly users: readonly WorkspaceUser[];
  readonly channels: readonly WorkspaceChannel[];
  /** Oldest first. */
  readonly messages: readonly WorkspaceMessage[];
  /** Open dialogues; the last one of a person is on top. */
  readonly modals: readonly WorkspaceView[];
  readonly homes: readonly WorkspaceView[];
  readonly groups: readonly UserGroup[];
}

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly users: readonly string[];
}

/** One change of the workspace, for those who look at it. */
export type WorkspaceEvent =
  | { readonly type: "message"; readonly message: WorkspaceMessage }
  | { readonly type: "deleted"; readonly channel: string; readonly ts: string }
  | { readonly type: "channel"; readonly channel: WorkspaceChannel }
  | { readonly type: "modals"; readonly modals: readonly WorkspaceView[] }
  | { readonly type: "home"; readonly home: WorkspaceView };
