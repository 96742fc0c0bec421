import { h } from "./dom.js";

/** Markdown as runbooks use it: headings, paragraphs, lists, code. What it does not know stays text. */
export function markdown(text) {
  return text.split(/\n{2,}/).map((block) => {
    const lines = block.split("\n");
    const heading = /^(#{2,4}) (.*)$/.exec(lines[0]);
    if (heading) {
      const rest = lines.slice(1).join("\n");
      return [h(`h${Math.min(4, heading[1].length)}`, {}, inline(heading[2])), rest && markdown(rest)];
    }
    if (lines[0].startsWith("```")) {
      return h(
        "pre",
        { tabindex: "0" },
        lines
          .slice(1)
          .filter((line) => !line.startsWith("```"))
          .join("\n"),
      );
    }
    const items = block.split(/\n(?=[-*] |\d+\. )/);
    if (/^([-*]|\d+\.) /.test(block)) {
      return h(
        "ul",
        { class: "plain" },
        items.map((item) => h("li", {}, inline(item.replace(/^([-*]|\d+\.) /, "")))),
      );
    }
    return h("p", {}, inline(block));
  });
}

/** Code, links and bold within a line. Links to other runbooks lead to their pages; what is no address stays text. */
export function inline(text) {
  return text.split(/(`[^`]+`|\[[^\]]+\]\([^)\s]+\)|\*\*[^*]+\*\*)/).map((part) => {
    const link = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part);
    if (link) {
      const local = /^([a-z0-9-]+)\.md$/.exec(link[2]);
      const href = local ? `/runbooks/${local[1]}` : link[2];
      return /^(https?:\/\/|\/)/.test(href) ? h("a", { href }, link[1]) : link[1];
    }
    if (part.startsWith("`") && part.length > 2) {
      return h("code", {}, part.slice(1, -1));
    }
    return part.startsWith("**") && part.length > 4 ? h("b", {}, part.slice(2, -2)) : part;
  });
}
