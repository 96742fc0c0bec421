import { UserError } from "../../alert/user-error.ts";
import type { PageFields } from "./page-text.ts";

/** A value of JSON whose texts may hold `{{fields}}`. */
export type Template = string | number | boolean | null | readonly Template[] | { readonly [key: string]: Template };

const FIELD = /\{\{\s*([A-Za-z]+)\s*\}\}/g;
const DEEPEST = 10;

/** Fills a template. Texts are filled inside the value, so what a field holds cannot change its structure. */
export function fill(template: Template, fields: PageFields): Template {
  if (typeof template === "string") {
    return template.replace(FIELD, (_all, name: string) => fields.get(name) ?? "");
  }
  if (Array.isArray(template)) {
    return template.map((part: Template) => fill(part, fields));
  }
  if (typeof template === "object" && template !== null) {
    return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, fill(part, fields)]));
  }
  return template;
}

/** @throws UserError for a field that does not exist, or a template that is nested too deep */
export function checkTemplate(template: Template, known: Iterable<string>, where: string, depth = 0): void {
  if (depth > DEEPEST) {
    throw new UserError("the template is nested too deep", where, `at most ${DEEPEST} levels`);
  }
  if (typeof template === "string") {
    const names = [...known];
    for (const [, name = ""] of template.matchAll(FIELD)) {
      if (!names.includes(name)) {
        throw new UserError(`the template names {{${name}}}`, where, `there are: ${names.join(", ")}`);
      }
    }
  } else if (typeof template === "object" && template !== null) {
    Object.values(template).forEach((part: Template) => void checkTemplate(part, known, where, depth + 1));
  }
}
