/**
 * Finds objects that are read, written or asked (`in`) by a text that is known only at run time. Such a text may be
 * `constructor` or `__proto__`: a Map, Object.fromEntries or `own` and `putOwn` of src/alert/own.ts take it like any other.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast";
import { isBinaryExpression, isElementAccessExpression } from "typescript/unstable/ast/is";
import { API, type Checker, type Type, TypeFlags, type UnionType } from "typescript/unstable/sync";

const HELPER = "src/alert/own.ts";

interface KeyedAccess {
  readonly object: Node;
  readonly key: Node;
}

/** @param root the checkout @returns one line a place: `file:line: text` */
export function checkKeys(root: string): readonly string[] {
  const api = new API({ cwd: root });
  try {
    const project = api.updateSnapshot({ openProject: join(root, "tsconfig.json") }).getProjects()[0];
    if (project === undefined) {
      throw new Error(`no project in ${root}`);
    }
    const files = project.program
      .getSourceFileNames()
      .filter((name) => name.startsWith(join(root, "src/")) && name !== join(root, HELPER));
    return files.flatMap((name) => {
      const file = project.program.getSourceFile(name);
      return file === undefined ? [] : unsafe(file, project.checker).map((access) => describe(access, name, root));
    });
  } finally {
    api.close();
  }
}

function unsafe(file: SourceFile, checker: Checker): readonly KeyedAccess[] {
  const found: KeyedAccess[] = [];
  const visit = (node: Node): void => {
    if (isElementAccessExpression(node) && !isLiteral(node.argumentExpression) && !isDeleted(node)) {
      found.push({ object: node.expression, key: node.argumentExpression });
    } else if (isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.InKeyword && !isLiteral(node.left)) {
      found.push({ object: node.right, key: node.left });
    }
    node.forEachChild(visit);
  };
  visit(file);
  const objects = checker.getTypeAtLocation(found.map(({ object }) => object));
  const keys = checker.getTypeAtLocation(found.map(({ key }) => key));
  return found.filter((_, at) => isOpenText(keys[at]) && hasOpenKeys(objects[at], checker));
}

/** True for `string`, and for unions and generics with it: not for a choice of literals. */
function isOpenText(type: Type | undefined): boolean {
  if (type === undefined) {
    return false;
  }
  if ((type.flags & TypeFlags.Union) !== 0) {
    return (type as UnionType).getTypes().some(isOpenText);
  }
  return (type.flags & (TypeFlags.String | TypeFlags.TemplateLiteral | TypeFlags.Any)) !== 0;
}

function hasOpenKeys(type: Type | undefined, checker: Checker): boolean {
  if (type === undefined) {
    return false;
  }
  if ((type.flags & TypeFlags.Union) !== 0) {
    return (type as UnionType).getTypes().some((part) => hasOpenKeys(part, checker));
  }
  return checker.getIndexInfosOfType(type).some(({ keyType }) => (keyType.flags & TypeFlags.String) !== 0);
}

/** `delete` takes away only what an object has itself. */
function isDeleted(node: Node): boolean {
  return node.parent.kind === SyntaxKind.DeleteExpression;
}

function isLiteral(node: Node): boolean {
  return node.kind === SyntaxKind.StringLiteral || node.kind === SyntaxKind.NumericLiteral;
}

function describe({ object, key }: KeyedAccess, name: string, root: string): string {
  const text = readFileSync(name, "utf8");
  const start = Math.min(object.pos, key.pos);
  const shown = text.slice(start, Math.max(object.end, key.end)).trim().replace(/\s+/g, " ");
  const line = text.slice(0, start + text.slice(start).search(/\S/)).split("\n").length;
  return `${relative(root, name)}:${line}: ${shown}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = checkKeys(fileURLToPath(new URL("..", import.meta.url)));
  for (const line of found) {
    console.error(`${line}: a text as a key of an object: use a Map, Object.fromEntries or own()`);
  }
  process.exitCode = found.length === 0 ? 0 : 1;
}
