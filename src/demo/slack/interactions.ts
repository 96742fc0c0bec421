import { own, putOwn } from "../../alert/own.ts";
import type { BotAnswer, BotCaller } from "./bot-caller.ts";
import type { Mirror } from "./mirror.ts";
import { blockActions, eventEnvelope, type Origin, slashCommand, viewSubmission } from "./payloads.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { Json, WorkspaceMessage, WorkspaceView } from "./types.ts";

/** A press: on which message or view, on which element, with which choice. */
export interface Press {
  readonly user: string;
  readonly actionId: string;
  readonly blockId?: string;
  /** Value of the chosen option, for menus; what was typed, for inputs. */
  readonly value?: string;
}

/** What people do in the workspace. Every one becomes a signed request to the bot; times are the workspace's clock. */
export interface Interactions {
  /** `text` begins with the slash: `/anomaly status dbs`. */
  runCommand(what: { readonly user: string; readonly channel: string; readonly text: string }): Promise<BotAnswer>;
  /** Presses a button, or chooses from a menu, on a message. @throws when there is no such message or element */
  clickButton(press: Press & { readonly channel: string; readonly ts: string }): Promise<BotAnswer>;
  /** The same in a dialogue or App Home. */
  clickInView(press: Press & { readonly viewId: string; readonly input?: FormInput }): Promise<BotAnswer>;
  /** Submits a dialogue. @returns mistakes by field as the bot found them; null when it was taken */
  submitView(what: {
    readonly user: string;
    readonly viewId: string;
    readonly input?: FormInput;
  }): Promise<Readonly<Record<string, string>> | null>;
  closeView(viewId: string): void;
  openHome(user: string): Promise<BotAnswer>;
  /** Writes a message; the bot hears of it when it is mentioned. */
  say(what: {
    readonly user: string;
    readonly channel: string;
    readonly text: string;
    readonly threadTs?: string;
  }): Promise<BotAnswer | null>;
  /** Sends an event; the same id again is what Slack does when it got no answer. */
  sendEvent(eventId: string, event: Json): Promise<BotAnswer>;
  /** Tells the workspace of a user group. */
  putUserGroup(group: { readonly id: string; readonly handle: string; readonly users: readonly string[] }): void;
}

export interface InteractionParts {
  readonly mirror: Mirror;
  readonly caller: BotCaller;
  readonly responseUrls: ResponseUrls;
  readonly makeTrigger: (user: string, view?: string) => Promise<string>;
  readonly clock: () => Date;
  readonly nextTs: () => string;
  readonly newId: () => string;
}

export function createInteractions(parts: InteractionParts): Interactions {
  const { mirror, caller, responseUrls, makeTrigger, clock, nextTs, newId } = parts;
  const originOf = async (
    user: string,
    channel: string | null,
    original: WorkspaceMessage | null,
    view?: string,
  ): Promise<Origin> => ({
    user: found(mirror.state().users, user, "user"),
    channel: channel === null ? null : found(mirror.state().channels, channel, "channel"),
    triggerId: await makeTrigger(user, view),
    responseUrl: channel === null ? "" : responseUrls.make(channel, user, original),
  });
  const viewOf = (id: string): WorkspaceView => found([...mirror.state().modals, ...mirror.state().homes], id, "view");
  const sendEvent = (eventId: string, event: Json) =>
    caller.event(eventEnvelope(eventId, event, mirror.state().botUser, clock()));
  return {
    async runCommand({ user, channel, text }) {
      const [command = "", ...words] = text.trim().split(/\s+/);
      const answer = await caller.form(slashCommand(command, words.join(" "), await originOf(user, channel, null)));
      return answer;
    },
    async clickButton(press) {
      const message = mirror.message(press.channel, press.ts);
      if (message === undefined) {
        throw new Error(`no message ${press.ts} in ${press.channel}`);
      }
      const blocks = [
        ...message.blocks,
        ...message.attachments.flatMap((one) => (one["blocks"] ?? []) as readonly Json[]),
      ];
      const origin = await originOf(press.user, press.channel, message);
      return caller.interaction(blockActions(origin, actionOf(blocks, press, nextTs()), { message }));
    },
    async clickInView(press) {
      const view = viewOf(press.viewId);
      const blocks = (view.view["blocks"] ?? []) as readonly Json[];
      const origin = await originOf(press.user, null, null, view.id);
      const state = formState(blocks, press.input ?? {});
      return caller.interaction(blockActions(origin, actionOf(blocks, press, nextTs()), { view, state }));
    },
    async submitView({ user, viewId, input = {} }) {
      const view = viewOf(viewId);
      const state = formState((view.view["blocks"] ?? []) as readonly Json[], input);
      const answer = await caller.interaction(viewSubmission(await originOf(user, null, null, viewId), view, state));
      const said = (answer.body === "" ? {} : JSON.parse(answer.body)) as Json;
      if (said["response_action"] === "errors") {
        return said["errors"] as Readonly<Record<string, string>>;
      }
      if (said["response_action"] === "update") {
        mirror.putModal({ ...view, view: said["view"] as Json });
      } else if (said["response_action"] === "clear") {
        mirror.closeAllModals(user);
      } else {
        mirror.closeModal(viewId);
      }
      return null;
    },
    closeView: (viewId) => mirror.closeModal(viewId),
    openHome: (user) =>
      sendEvent(`Ev${newId()}`, {
        type: "app_home_opened",
        user,
        channel: `D${newId()}`,
        tab: "home",
        event_ts: nextTs(),
      }),
    async say({ user, channel, text, threadTs }) {
      const ts = nextTs();
      const thread = threadTs ?? null;
      mirror.putMessage({
        channel,
        ts,
        user,
        text,
        blocks: [],
        attachments: [],
        threadTs: thread,
        edited: false,
        ephemeralFor: null,
        files: [],
        metadata: null,
      });
      const mention = text.includes(`<@${mirror.state().botUser}>`);
      const event = {
        type: "app_mention",
        user,
        text,
        ts,
        channel,
        event_ts: ts,
        ...(thread === null ? {} : { thread_ts: thread }),
      };
      return mention ? sendEvent(`Ev${newId()}`, event) : null;
    },
    sendEvent,
    putUserGroup: (group) => mirror.putGroup(group),
  };
}

function found<T extends { readonly id: string }>(all: readonly T[], id: string, what: string): T {
  const one = all.find((candidate) => candidate.id === id);
  if (one === undefined) {
    throw new Error(`the workspace has no ${what} ${id}`);
  }
  return one;
}

/** The `actions` entry for an element, as Slack fills it in. */
function actionOf(blocks: readonly Json[], press: Press, ts: string): Json {
  for (const block of blocks) {
    const elements = [
      ...((block["elements"] ?? []) as readonly Json[]),
      block["accessory"] as Json | undefined,
      block["element"] as Json | undefined,
    ];
    const element = elements.find((one) => one?.["action_id"] === press.actionId);
    if (element !== undefined && (press.blockId ?? block["block_id"]) === block["block_id"]) {
      return {
        action_id: press.actionId,
        block_id: block["block_id"],
        type: element["type"],
        action_ts: ts,
        ...chosen(element, press),
      };
    }
  }
  throw new Error(`nothing to press is called ${press.actionId}`);
}

function chosen(element: Json, { value }: Press): Json {
  switch (element["type"]) {
    case "button":
      return { text: element["text"], ...(element["value"] === undefined ? {} : { value: element["value"] }) };
    case "plain_text_input":
      return { value };
    default: {
      const option = ((element["options"] ?? []) as readonly Json[]).find((one) => one["value"] === value);
      if (option === undefined) {
        throw new Error(`the menu has no choice ${value}`);
      }
      return { selected_option: option };
    }
  }
}

/** What a person put into a dialogue: block id → text, or value of the chosen option; several are apart by line breaks. */
export type FormInput = Readonly<Record<string, string>>;

/** A view's `state.values`: what the person entered, else what the fields began with. */
export function formState(blocks: readonly Json[], input: FormInput): Json {
  const state: Record<string, Json> = {};
  for (const block of blocks.filter(({ type }) => type === "input")) {
    const id = String(block["block_id"]);
    const element = block["element"] as Json;
    putOwn(state, id, { [String(element["action_id"])]: elementState(element, own(input, id)) });
  }
  return state;
}

function elementState(element: Json, entered: string | undefined): Json {
  const type = String(element["type"]);
  if (type === "plain_text_input") {
    const value = entered ?? (element["initial_value"] as string | undefined) ?? null;
    return { type, value: value === "" ? null : value };
  }
  const options = (element["options"] ?? []) as readonly Json[];
  if (type === "multi_static_select") {
    const values = (entered ?? "").split("\n");
    return { type, selected_options: options.filter(({ value }) => values.includes(String(value))) };
  }
  const chosen = entered === undefined ? element["initial_option"] : options.find(({ value }) => value === entered);
  return { type, selected_option: chosen ?? null };
}
