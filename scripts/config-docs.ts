/** Writes docs/configuration.md from the schema, or with --check fails when it is out of date. */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { environmentName, leafPaths, schemaAt, unwrap } from "../src/config/load.ts";
import { configSchema } from "../src/config/schema.ts";

const file = new URL("../docs/configuration.md", import.meta.url);
const text = render();
if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
} else if (readFileSync(file, "utf8") !== text) {
  console.error("docs/configuration.md is out of date — run `npm run docs`");
  process.exitCode = 1;
}

function render(): string {
  const sections = Object.entries(configSchema.shape).map(([name, schema]) => section(name, schema as z.ZodType));
  return `# Configuration

<!-- Written by \`npm run docs\` from src/config/schema.ts: change it there. -->

One YAML file, given with \`--config\`. Every key has a default; unknown keys are errors that name the nearest right one.
Any key can come from the environment instead (the variable is beside it), which wins over the file; lists and mappings
are written there as JSON, addresses also separated by commas. Secrets belong in the environment or in the file that a
\`…File\` key names. Durations are written like \`15s\`, \`5m\`, \`7d\`. Paths are relative to the configuration file.

${sections.join("\n")}`;
}

function section(name: string, schema: z.ZodType): string {
  const rows = leafPaths(schema, [name]).flatMap((path) => [
    row(path, schemaAt(path)),
    ...elementRows(path, schemaAt(path)),
  ]);
  return `## ${name}

| key | environment | type | default | what |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

function row(path: readonly string[], schema: z.ZodType, variable = `\`${environmentName(path)}\``): string {
  const cells = [`\`${path.join(".")}\``, variable, describeType(schema), defaultOf(schema), description(schema)];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}

/** Keys of the mappings in a list: `detect.entities[].name`. They have no variables of their own. */
function elementRows(path: readonly string[], schema: z.ZodType): readonly string[] {
  const inner = unwrap(schema);
  const element = inner instanceof z.ZodArray ? unwrap(inner.element as z.ZodType) : null;
  if (!(element instanceof z.ZodObject)) {
    return [];
  }
  const place = [...path.slice(0, -1), `${path.at(-1)}[]`];
  return Object.entries(element.shape).map(([key, value]) => row([...place, key], value as z.ZodType, ""));
}

function describeType(schema: z.ZodType): string {
  if (schema instanceof z.ZodPipe) {
    return schema.def.in instanceof z.ZodURL ? "address" : "duration";
  }
  const inner = unwrap(schema);
  if (inner instanceof z.ZodEnum) {
    return inner.options.map((option) => `\`${option}\``).join(", ");
  }
  if (inner instanceof z.ZodUnion) {
    return inner.options.map((option) => describeType(option as z.ZodType)).join(" or ");
  }
  if (inner instanceof z.ZodLiteral) {
    return `\`${inner.value}\``;
  }
  if (inner instanceof z.ZodArray) {
    return `list of ${describeType(inner.element as z.ZodType)}`;
  }
  if (inner instanceof z.ZodRecord) {
    return `mapping to ${describeType(inner.valueType as z.ZodType)}`;
  }
  if (inner instanceof z.ZodObject) {
    return `{ ${Object.keys(inner.shape).join(", ")} }`;
  }
  return inner.type;
}

function defaultOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodPipe) {
    return defaultOf(schema.def.in as z.ZodType);
  }
  if (schema instanceof z.ZodDefault) {
    return `\`${JSON.stringify(schema.def.defaultValue)}\``;
  }
  return "";
}

function description(schema: z.ZodType): string {
  if (schema.description !== undefined) {
    return schema.description;
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return description(schema.def.innerType as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? description(schema.def.in as z.ZodType) : "";
}
