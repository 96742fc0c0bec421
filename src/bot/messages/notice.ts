import { cut, cutMarkdown, type Payload, plain, section } from "./payload.ts";

/** A sentence to one person. */
export function notice(markdown: string): Payload {
  return { text: cutMarkdown(markdown, 300), blocks: [section(markdown)] };
}

/** What a person sees when something failed; the log has the rest under the same reference. */
export function failureNotice(what: string, reference: string): Payload {
  return notice(
    `:x: ${plain(what)} did not work. Nothing was changed unless you see it here. Reference \`${reference}\`: tell it to the people who run cmswatch.`,
  );
}

/** Said when a name is no service. */
export function unknownServiceNotice(name: string, suggestions: readonly string[]): Payload {
  const nearest =
    suggestions.length === 0
      ? ""
      : ` Did you mean ${suggestions
          .slice(0, 3)
          .map((one) => `*${plain(one)}*`)
          .join(", ")}?`;
  return notice(`There is no service “${plain(cut(name, 60))}”.${nearest} \`/anomaly list\` shows all of them.`);
}
