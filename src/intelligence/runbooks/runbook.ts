import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { type Matcher, parseMatchers } from "../../alert/matcher.ts";
import { UserError } from "../../alert/user-error.ts";

const alertSchema = z.union([
  z.string().min(1),
  z.strictObject({
    /** Matchers in Alertmanager's notation, e.g. `service="GGUS", alertname=~"ggus-.*"`. */
    match: z.string().min(1),
    /** Any of these words or phrases in the annotations; without it the matchers are enough. */
    text: z.array(z.string().min(1)).optional(),
  }),
]);
const remedySchema = z.strictObject({ id: z.string().regex(/^[a-z0-9-]+$/), text: z.string().min(10) });
const frontMatterSchema = z.strictObject({
  title: z.string().min(5),
  alerts: z.array(alertSchema).min(1),
  owners: z.array(z.string()).min(1),
  firstChecks: z.array(z.string().min(10)).min(1),
  remedies: z.array(remedySchema).min(1),
  links: z.array(z.strictObject({ title: z.string(), url: z.url() })).default([]),
});

/** For which alerts a runbook is, besides those it names exactly. */
export interface RunbookCondition {
  readonly matchers: readonly Matcher[];
  readonly text: readonly string[];
}

/** One way to fix the problem, offered and ranked on its own. */
export interface Remedy {
  readonly id: string;
  readonly text: string;
}

/** One problem and what to do about it. */
export interface Runbook {
  /** File name without `.md`. */
  readonly id: string;
  readonly title: string;
  readonly alertNames: readonly string[];
  readonly conditions: readonly RunbookCondition[];
  readonly owners: readonly string[];
  readonly firstChecks: readonly string[];
  /** In the order in which to try them. */
  readonly remedies: readonly Remedy[];
  readonly links: readonly { readonly title: string; readonly url: string }[];
  /** Markdown below the front matter. */
  readonly body: string;
}

const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/;

/**
 * Reads a runbook from its Markdown text.
 * @throws UserError naming the file, the key and what to do.
 */
export function parseRunbook(text: string, id: string, where: string): Runbook {
  const parts = FRONT_MATTER.exec(text);
  if (parts === null) {
    throw new UserError("has no front matter", where, "start it with `---`, keys and `---`; see docs/runbooks.md");
  }
  const result = frontMatterSchema.safeParse(readFrontMatter(parts[1] ?? "", where));
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new UserError(
      `\`${issue?.path.join(".")}\`: ${issue?.message}`,
      where,
      "see docs/runbooks.md for the front matter",
    );
  }
  const { alerts, ...rest } = result.data;
  return {
    id,
    ...rest,
    alertNames: alerts.filter((entry) => typeof entry === "string"),
    conditions: alerts
      .filter((entry) => typeof entry !== "string")
      .map((entry) => ({ matchers: readMatchers(entry.match, where), text: entry.text ?? [] })),
    body: (parts[2] ?? "").trim(),
  };
}

function readFrontMatter(text: string, where: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 10 });
  } catch (error) {
    throw new UserError(`front matter is not YAML: ${(error as Error).message.split("\n")[0]}`, where, "fix it there", {
      cause: error,
    });
  }
}

function readMatchers(text: string, where: string): readonly Matcher[] {
  try {
    return parseMatchers(text);
  } catch (error) {
    throw new UserError((error as Error).message, where, 'write matchers like service="dbs"', { cause: error });
  }
}
