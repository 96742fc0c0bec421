/**
 * Finds parts that are handed in and never read: such a part is a promise that nobody keeps. Interfaces whose names end with `Parts`,
 * `Options`, `Dependencies` or `Start` are read by the file that declares them and by those that import them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";

interface Declared {
  readonly file: string;
  readonly name: string;
  readonly members: readonly string[];
}

interface FileReads {
  readonly file: string;
  readonly declared: readonly Declared[];
  /** Names of types that it mentions. */
  readonly types: ReadonlySet<string>;
  /** Properties that it reads. */
  readonly reads: ReadonlySet<string>;
  /** Hands whole bags on, so that others read for it. */
  readonly spreads: boolean;
}

const HANDED_IN = /(Parts|Options|Dependencies|Start)$/;

/** @param root the checkout @returns one line for each part that is never read */
export function checkParts(root: string): readonly string[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => `src/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.ts$/.test(file) && !file.endsWith(".d.ts") && !file.includes("/generated/"));
  return unreadParts(files.sort().map((file) => [file, readFileSync(join(root, file), "utf8")] as const));
}

/** @param files path and text of each */
export function unreadParts(files: readonly (readonly [string, string])[]): readonly string[] {
  const all = files.map(([file, text]) => readsOf(file, text));
  const anywhere = new Set(all.flatMap(({ reads }) => [...reads]));
  return all
    .flatMap(({ declared }) => declared)
    .flatMap(({ file, name, members }) => {
      const users = all.filter((one) => one.file === file || one.types.has(name));
      // A type that nobody else names is met by its shape: its readers are not known.
      const handsOn = users.length === 1 || users.some(({ spreads }) => spreads);
      const isRead = (member: string) =>
        users.some(({ reads }) => reads.has(member)) || (handsOn && anywhere.has(member));
      return members
        .filter((member) => !isRead(member))
        .map((member) => `${file}: ${name}.${member} is handed in and never read`);
    });
}

function readsOf(file: string, text: string): FileReads {
  const declared: Declared[] = [];
  const types = new Set<string>();
  const reads = new Set<string>();
  let spreads = false;
  const note = (key: { readonly type: string; readonly name?: unknown }) => {
    if (key.type === "Identifier" && typeof key.name === "string") {
      reads.add(key.name);
    }
  };
  const visitor = new Visitor({
    TSInterfaceDeclaration({ id, body }) {
      const members = body.body.flatMap((member) =>
        member.type === "TSPropertySignature" && member.key.type === "Identifier" ? [member.key.name] : [],
      );
      if (HANDED_IN.test(id.name)) {
        declared.push({ file, name: id.name, members });
      }
    },
    TSTypeReference({ typeName }) {
      if (typeName.type === "Identifier") {
        types.add(typeName.name);
      }
    },
    TSInterfaceHeritage({ expression }) {
      if (expression.type === "Identifier") {
        types.add(expression.name);
      }
    },
    MemberExpression({ property, computed }) {
      if (!computed) {
        note(property);
      }
    },
    ObjectPattern({ properties }) {
      for (const property of properties) {
        if (property.type === "RestElement") {
          spreads = true;
        } else {
          note(property.key);
        }
      }
    },
    SpreadElement() {
      spreads = true;
    },
    CallExpression({ arguments: handed }) {
      spreads ||= handed.some((one) => one.type === "Identifier" && /^(parts|options)$/.test(one.name));
    },
  });
  visitor.visit(parseSync(file, text).program);
  return { file, declared, types, reads, spreads };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = checkParts(join(import.meta.dirname, ".."));
  process.stdout.write(found.map((line) => `${line}\n`).join(""));
  process.exitCode = found.length === 0 ? 0 : 1;
}
