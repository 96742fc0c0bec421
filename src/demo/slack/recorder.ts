import type { ApiCall } from "./gate.ts";
import type { Mirror } from "./mirror.ts";
import type { Json, WorkspaceMessage } from "./types.ts";

/** Carries what a successful call did over into the mirror. */
export function record(
  { method, request, answer }: ApiCall,
  mirror: Mirror,
  ownerOf: (triggerId: string) => string,
): void {
  const botUser = mirror.state().botUser;
  switch (method) {
    case "chat.postMessage": {
      const channel = String(answer["channel"]);
      knowDirectMessage(mirror, channel, String(request["channel"] ?? ""));
      mirror.putMessage(messageOf(answer["message"] as Json, channel, null));
      break;
    }
    case "chat.update": {
      const channel = String(answer["channel"]);
      mirror.putMessage({ ...messageOf(answer["message"] as Json, channel, null), edited: true });
      break;
    }
    case "chat.delete":
      mirror.deleteMessage(String(answer["channel"]), String(answer["ts"]));
      break;
    case "chat.postEphemeral": {
      const message = { ...request, ts: answer["message_ts"], user: botUser };
      mirror.putMessage(messageOf(message, String(request["channel"]), String(request["user"])));
      break;
    }
    case "conversations.open":
      knowDirectMessage(mirror, String((answer["channel"] as Json)["id"]), String(request["users"] ?? ""));
      break;
    case "conversations.setTopic":
      changeTopic(mirror, String(request["channel"]), String(request["topic"] ?? ""));
      break;
    case "views.open":
    case "views.push":
    case "views.update":
    case "views.publish":
      recordView(
        mirror,
        answer["view"] as Json,
        String(request["user_id"] ?? ownerOf(String(request["trigger_id"] ?? ""))),
      );
      break;
    default:
      break;
  }
}

export function messageOf(message: Json, channel: string, ephemeralFor: string | null): WorkspaceMessage {
  return {
    channel,
    ts: String(message["ts"]),
    user: String(message["user"] ?? ""),
    text: String(message["text"] ?? ""),
    blocks: (message["blocks"] ?? []) as readonly Json[],
    attachments: (message["attachments"] ?? []) as readonly Json[],
    threadTs:
      typeof message["thread_ts"] === "string" && message["thread_ts"] !== message["ts"] ? message["thread_ts"] : null,
    edited: message["edited"] !== undefined,
    ephemeralFor,
    files: ((message["files"] ?? []) as readonly Json[]).map((file) => String(file["id"])),
    metadata: (message["metadata"] as Json | undefined) ?? null,
  };
}

function knowDirectMessage(mirror: Mirror, channel: string, user: string): void {
  if (channel.startsWith("D") && !mirror.state().channels.some(({ id }) => id === channel)) {
    const name = mirror.state().users.find(({ id }) => id === user)?.name ?? user;
    mirror.putChannel({ id: channel, name, kind: "dm", user, topic: "" });
  }
}

function changeTopic(mirror: Mirror, id: string, topic: string): void {
  const channel = mirror.state().channels.find((one) => one.id === id);
  if (channel !== undefined) {
    mirror.putChannel({ ...channel, topic });
  }
}

function recordView(mirror: Mirror, view: Json, user: string): void {
  const id = String(view["id"]);
  const known = mirror.state().modals.find((one) => one.id === id);
  const owner = user !== "" ? user : (known?.user ?? "");
  const shown = { id, user: owner, hash: String(view["hash"]), view };
  if (view["type"] === "home") {
    mirror.putHome(shown);
  } else {
    mirror.putModal(shown);
  }
}
