import type {
  Json,
  UserGroup,
  WorkspaceChannel,
  WorkspaceEvent,
  WorkspaceMessage,
  WorkspaceState,
  WorkspaceUser,
  WorkspaceView,
} from "./types.ts";

const MAX_MESSAGES = 2000;
const MAX_FILES = 100;

export interface StoredFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the workspace shows, kept beside the Web API's own state so that it can be drawn and watched. */
export interface Mirror {
  state(): WorkspaceState;
  subscribe(listener: (event: WorkspaceEvent) => void): () => void;
  putChannel(channel: WorkspaceChannel): void;
  putMessage(message: WorkspaceMessage): void;
  message(channel: string, ts: string): WorkspaceMessage | undefined;
  deleteMessage(channel: string, ts: string): void;
  putModal(view: WorkspaceView): void;
  closeModal(id: string): void;
  closeAllModals(user: string): void;
  putHome(view: WorkspaceView): void;
  putFile(id: string, file: StoredFile): void;
  file(id: string): StoredFile | undefined;
  putGroup(group: UserGroup): void;
}

export function createMirror(team: string, botUser: string, users: readonly WorkspaceUser[]): Mirror {
  const channels = new Map<string, WorkspaceChannel>();
  const messages = new Map<string, WorkspaceMessage>();
  const modals = new Map<string, WorkspaceView>();
  const homes = new Map<string, WorkspaceView>();
  const files = new Map<string, StoredFile>();
  const groups = new Map<string, UserGroup>();
  const listeners = new Set<(event: WorkspaceEvent) => void>();
  const tell = (event: WorkspaceEvent) => {
    for (const listener of listeners) {
      listener(event);
    }
  };
  const tellModals = () => tell({ type: "modals", modals: [...modals.values()] });
  return {
    state: () => ({
      team,
      botUser,
      users,
      channels: [...channels.values()],
      messages: [...messages.values()],
      modals: [...modals.values()],
      homes: [...homes.values()],
      groups: [...groups.values()],
    }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    putChannel(channel) {
      channels.set(channel.id, channel);
      tell({ type: "channel", channel });
    },
    putMessage(message) {
      const named = {
        ...message,
        blocks: withIds(message.blocks),
        attachments: message.attachments.map(namedAttachment),
      };
      messages.set(keyOf(message.channel, message.ts), named);
      for (const oldest of messages.keys()) {
        if (messages.size <= MAX_MESSAGES) {
          break;
        }
        messages.delete(oldest);
      }
      tell({ type: "message", message: named });
    },
    message: (channel, ts) => messages.get(keyOf(channel, ts)),
    deleteMessage(channel, ts) {
      messages.delete(keyOf(channel, ts));
      tell({ type: "deleted", channel, ts });
    },
    putModal(view) {
      modals.set(view.id, { ...view, view: namedView(view.view) });
      tellModals();
    },
    closeModal(id) {
      modals.delete(id);
      tellModals();
    },
    closeAllModals(user) {
      for (const [id, view] of modals) {
        if (view.user === user) {
          modals.delete(id);
        }
      }
      tellModals();
    },
    putHome(view) {
      const home = { ...view, view: namedView(view.view) };
      homes.set(view.user, home);
      tell({ type: "home", home });
    },
    putFile(id, file) {
      files.set(id, file);
      for (const oldest of files.keys()) {
        if (files.size <= MAX_FILES) {
          break;
        }
        files.delete(oldest);
      }
    },
    file: (id) => files.get(id),
    putGroup: (group) => groups.set(group.id, group),
  };
}

const keyOf = (channel: string, ts: string) => `${channel}/${ts}`;

/** Slack names blocks that have no name; a press refers to them by it. */
function withIds(blocks: readonly Json[]): readonly Json[] {
  return blocks.map((block, index) => ({ ...block, block_id: block["block_id"] ?? `b${index}` }));
}

function namedAttachment(attachment: Json, index: number): Json {
  const blocks = (attachment["blocks"] ?? []) as readonly Json[];
  return {
    ...attachment,
    blocks: blocks.map((block, at) => ({ ...block, block_id: block["block_id"] ?? `a${index}b${at}` })),
  };
}

function namedView(view: Json): Json {
  return { ...view, blocks: withIds((view["blocks"] ?? []) as readonly Json[]) };
}
