import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { UserError } from "../../alert/user-error.ts";
import type { RuleForLint } from "../../intelligence/runbooks/lint.ts";

const texts = z.record(z.string(), z.string()).default({});
const listSchema = z.array(z.object({ alertname: z.string(), labels: texts, annotations: texts }));
const ruleFileSchema = z.object({
  groups: z.array(
    z.object({ rules: z.array(z.object({ alert: z.string().optional(), labels: texts, annotations: texts })) }),
  ),
});

/** Alerting rules of a Prometheus rule file (YAML), or of a JSON list. @throws UserError when it is neither. */
export function readRules(file: string): readonly RuleForLint[] {
  let tree: unknown;
  try {
    tree = parseYaml(readFileSync(file, "utf8"), { maxAliasCount: 100 });
  } catch (error) {
    throw new UserError(
      `cannot be read (${(error as Error).message.split("\n")[0]})`,
      file,
      "give a Prometheus rule file",
      { cause: error },
    );
  }
  const list = listSchema.safeParse(tree);
  if (list.success) {
    return list.data;
  }
  const rules = ruleFileSchema.safeParse(tree);
  if (!rules.success) {
    throw new UserError(
      "holds no alerting rules",
      file,
      "give a Prometheus rule file (groups: …) or a JSON list of {alertname, labels}",
    );
  }
  return rules.data.groups.flatMap((group) =>
    group.rules.flatMap(({ alert, ...rest }) => (alert === undefined ? [] : [{ alertname: alert, ...rest }])),
  );
}
