import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { METHOD_SCOPES, neededScopes } from "../../src/bot/setup/scopes.ts";

const ROOT = join(import.meta.dirname, "../..");
const manifest = parse(readFileSync(join(ROOT, "deploy/slack-app-manifest.yaml"), "utf8")) as {
  features: { slash_commands: { command: string }[] };
  oauth_config: { scopes: { bot: string[] } };
  settings: { event_subscriptions: { bot_events: string[] } };
};
const code = readdirSync(join(ROOT, "src/bot"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(ROOT, "src/bot", name), "utf8"))
  .join("\n");

/** Methods as the code writes them: `client.chat.postMessage(`. */
function calledMethods(): readonly string[] {
  const direct = [
    ...code.matchAll(
      /client\s*\.((?:auth|chat|conversations|files|users|usergroups|views|reactions|pins|team)(?:\.\w+)+)\(/g,
    ),
  ].map(([, name]) => name ?? "");
  // files.uploadV2 is three requests, of which two are methods.
  const uploads = code.includes(".filesUploadV2(")
    ? ["files.getUploadURLExternal", "files.completeUploadExternal"]
    : [];
  return [...new Set([...direct, ...uploads])].sort();
}

test("every method the code calls has its scopes written down, and no other has", () => {
  expect(Object.keys(METHOD_SCOPES).sort()).toEqual(calledMethods());
});

test("the manifest asks for exactly the scopes that are used", () => {
  expect(manifest.oauth_config.scopes.bot).toEqual(neededScopes());
});

test("the manifest names the commands and events that the code listens to", () => {
  const commands = [...code.matchAll(/app\.command\("([^"]+)"/g)].map(([, name]) => name);
  const events = [...code.matchAll(/app\.event\("([^"]+)"/g)].map(([, name]) => name);
  expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(commands);
  expect(manifest.settings.event_subscriptions.bot_events).toEqual(events.sort());
});
