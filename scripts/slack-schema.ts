// Writes a JSON schema of Slack's blocks and views, generated from @slack/types, for the tests that check every payload.
// Run it after an update of @slack/types: npx tsx scripts/slack-schema.ts
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const generator = createGenerator({
  path: join(root, "node_modules/@slack/types/dist/index.d.ts"),
  type: "*",
  skipTypeCheck: true,
  additionalProperties: false,
  encodeRefs: false,
});
const definitions = Object.assign(
  {},
  ...["KnownBlock", "ModalView", "HomeView"].map((type) => generator.createSchema(type).definitions),
) as Record<string, unknown>;
const slim = JSON.stringify({ definitions }, (key, value: unknown) =>
  (key === "description" && typeof value === "string") || key === "$comment" ? undefined : value,
);
const out = join(root, "test/bot/generated/slack-blocks.schema.json");
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${slim}\n`);
process.stdout.write(`${out}: ${Object.keys(definitions).length} types, ${slim.length} characters\n`);
