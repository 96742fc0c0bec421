import { type Payload, section } from "./payload.ts";

/** Every word of `/anomaly`, with its arguments and what it does. */
export const WORDS = {
  status: ["[service]", "is it us? Without a service: all of CMSWEB"],
  list: ["", "all services with their state"],
  alerts: ["[service] [severity]", "what fires now"],
  tickets: ["", "open tickets and interventions"],
  silences: ["", "active silences, their owners and ends"],
  silence: ["<service> <for> <why>", "hide a service's alerts: `silence dbs 2h deploying`"],
  ack: ["<id>", "acknowledge a group of alerts"],
  explain: ["<id>", "why there is this alert"],
  plot: ["<service> [metric] [range]", "a picture of a metric with its expected band"],
  runbook: ["<service or words>", "what to do"],
  oncall: [
    "[service]",
    "who is on call; `oncall take <roster>`, `oncall offer <roster>`, `oncall override <roster> <person|me> [for]`, `oncall exceptions`",
  ],
  feedback: ["<id> <what was wrong or right>", "teach it"],
  subscribe: ["[here] <service|all> [severity]", "be shown alerts by direct message, or in this channel"],
  unsubscribe: ["[here] [service]", "end that"],
  digest: ["", "the last day in short"],
  transfers: ["[site]", "data transfers that last too long"],
  dqm: ["[run] [lumis status why]", "verdicts on a run's lumisections with their map; or overrule them"],
  help: ["", "this"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

export function helpMessage(): Payload {
  const rows = Object.entries(WORDS).map(
    ([word, [args, what]]) => `\`/anomaly ${word}${args === "" ? "" : ` ${args}`}\` ${what}`,
  );
  return { text: "What /anomaly can do", blocks: [section(`*What \`/anomaly\` can do*\n${rows.join("\n")}`)] };
}
