import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { checkLimits, checkViewLimits, type LimitedView } from "../../src/bot/messages/limits.ts";
import type { Payload } from "../../src/bot/messages/payload.ts";

const schema = JSON.parse(readFileSync(join(import.meta.dirname, "generated/slack-blocks.schema.json"), "utf8")) as {
  definitions: Record<string, unknown>;
};
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(schema, "slack");
const compiled = new Map<string, ValidateFunction>();

/** What Slack would not take about a message: wrong shapes (by @slack/types) and broken limits. */
export function payloadProblems(payload: Pick<Payload, "blocks"> & Partial<Payload>): readonly string[] {
  const blocks = [...payload.blocks, ...(payload.attachments ?? []).flatMap((one) => one.blocks)];
  return [...checkLimits(payload), ...blocks.flatMap(blockProblems)];
}

/** The same for a dialogue or App Home as it is sent. */
export function viewProblems(view: LimitedView): readonly string[] {
  return [
    ...checkViewLimits(view),
    ...problems(view.type === "home" ? "HomeView" : "ModalView", view),
    ...view.blocks.flatMap(blockProblems),
  ];
}

function blockProblems(block: unknown): readonly string[] {
  const { type } = block as { type: string };
  const wanted = `${type.replaceAll("_", "")}block`;
  const name = Object.keys(schema.definitions).find((key) => key.toLowerCase() === wanted);
  return name === undefined ? [`there is no block of type ${type}`] : problems(name, block);
}

function problems(name: string, value: unknown): readonly string[] {
  const check = compiled.get(name) ?? ajv.compile({ $ref: `slack#/definitions/${name}` });
  compiled.set(name, check);
  // What is sent is JSON: keys without a value do not exist there.
  return check(JSON.parse(JSON.stringify(value)))
    ? []
    : (check.errors ?? []).map(
        (error) => `${name}${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`,
      );
}
