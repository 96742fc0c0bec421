import { parse } from "yaml";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
}

const HEADER = `// Made from Alertmanager's API description (api/v2/openapi.yaml, Apache-2.0). Do not edit: run
// \`npx vitest run test/alertmanager/generated.test.ts -u\` with the description at hand.

/** The definitions of Alertmanager's API v2 as they travel. */
export interface AlertmanagerApi {
`;

/** TypeScript for the definitions of a Swagger 2.0 document: one interface with a member per definition. */
export function generateTypes(document: string): string {
  const { definitions } = parse(document) as { definitions: Record<string, Schema> };
  const members = Object.entries(definitions).map(([name, schema]) => `  ${name}: ${typeOf(schema, "  ")};\n`);
  return `${HEADER}${members.join("")}}\n`;
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) {
    return `AlertmanagerApi["${schema.$ref.split("/").at(-1)}"]`;
  }
  if (schema.allOf !== undefined) {
    return schema.allOf.map((part) => typeOf(part, indent)).join(" & ");
  }
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  if (schema.type === "array") {
    return `readonly (${typeOf(schema.items ?? {}, indent)})[]`;
  }
  return schema.type === "object" ? objectType(schema, indent) : (schema.type ?? "unknown");
}

function objectType(schema: Schema, indent: string): string {
  if (schema.additionalProperties !== undefined) {
    return `Readonly<Record<string, ${typeOf(schema.additionalProperties, indent)}>>`;
  }
  const inner = `${indent}  `;
  const members = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const mark = schema.required?.includes(name) === true ? "" : "?";
    return `${inner}readonly ${name}${mark}: ${typeOf(property, inner)};\n`;
  });
  return `{\n${members.join("")}${indent}}`;
}
