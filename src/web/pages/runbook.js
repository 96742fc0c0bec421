import { h } from "./dom.js";
import { inline, markdown } from "./markdown.js";

/** One runbook: first checks, remedies, and the text below. */
export function runbookPage({ title, owners, firstChecks, remedies, links, body }) {
  return [
    h("p", { class: "crumbs" }, h("a", { href: "/alerts" }, "Alerts"), " / runbook"),
    h("h1", {}, title),
    owners.length > 0 && h("p", { class: "faint" }, `Owners: ${owners.join(", ")}`),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        {},
        h("h2", {}, "Look first"),
        h(
          "ol",
          { class: "card plain steps" },
          firstChecks.map((text) => h("li", {}, inline(text))),
        ),
        h("h2", {}, "What may help"),
        h(
          "ol",
          { class: "card plain steps" },
          remedies.map(({ text }) => h("li", {}, inline(text))),
        ),
      ),
      h(
        "aside",
        { "aria-label": "Background" },
        h("div", { class: "prose" }, markdown(body)),
        links.length > 0 && [
          h("h2", {}, "Links"),
          h(
            "ul",
            { class: "plain" },
            links.map(({ title: text, url }) => h("li", {}, h("a", { href: url }, text))),
          ),
        ],
      ),
    ),
  ];
}
