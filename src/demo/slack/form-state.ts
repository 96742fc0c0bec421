import { own, putOwn } from "../../alert/own.ts";
import type { Json } from "./types.ts";

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
