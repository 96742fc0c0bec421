import type { Labels } from "../../alert/alert.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { RunbookIndex } from "./match.ts";
import type { Runbook } from "./runbook.ts";

/** One thing to fix. */
export interface RunbookProblem {
  readonly where: string;
  readonly problem: string;
}

/** An alerting rule as far as runbooks care. */
export interface RuleForLint {
  readonly alertname: string;
  readonly labels: Labels;
  readonly annotations: Labels;
}

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

/** Checks what can be checked without the network: doubles, owners, remedies, relative links, addresses without TLS. */
export function lintRunbooks(runbooks: readonly Runbook[], catalogue: Catalogue): readonly RunbookProblem[] {
  const ids = new Set(runbooks.map((runbook) => runbook.id));
  const owners = new Set(catalogue.services.flatMap((service) => service.owners));
  const firstFor = new Map<string, string>();
  return runbooks.flatMap((runbook) => {
    const problems: string[] = [];
    for (const name of runbook.alertNames) {
      const other = firstFor.get(name);
      if (other !== undefined) {
        problems.push(`"${name}" is also in ${other}.md: one alert, one runbook`);
      }
      firstFor.set(name, runbook.id);
    }
    const strangers = runbook.owners.filter((owner) => !owners.has(owner));
    problems.push(...strangers.map((owner) => `owner "${owner}" owns no service of the catalogue`));
    problems.push(
      ...doubles(runbook.remedies.map((remedy) => remedy.id)).map((id) => `two remedies are called "${id}"`),
    );
    problems.push(...linksOf(runbook).flatMap((link) => linkProblem(link, ids) ?? []));
    return problems.map((problem) => ({ where: `${runbook.id}.md`, problem }));
  });
}

/** Rules that no runbook names: a nearest text is a guess, not a runbook. */
export function rulesWithoutRunbook(rules: readonly RuleForLint[], index: RunbookIndex): readonly RunbookProblem[] {
  return rules
    .filter(
      (rule) =>
        index.match({ labels: { alertname: rule.alertname, ...rule.labels }, annotations: rule.annotations })
          ?.confidence !== 1,
    )
    .map((rule) => ({ where: rule.alertname, problem: "no runbook names this alert" }));
}

function linksOf(runbook: Runbook): readonly string[] {
  return [...runbook.links.map((link) => link.url), ...[...runbook.body.matchAll(LINK)].map((match) => match[1] ?? "")];
}

function linkProblem(link: string, ids: ReadonlySet<string>): string | null {
  if (/^https:\/\//.test(link) || link.startsWith("#")) {
    return null;
  }
  if (/^http:\/\//.test(link)) {
    return `${link} is not https`;
  }
  const id = /^(?:\.\/)?([a-z0-9-]+)\.md(#.*)?$/.exec(link)?.[1];
  return id !== undefined && ids.has(id) ? null : `${link} leads to no runbook`;
}

function doubles(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
