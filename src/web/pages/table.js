import { h } from "./dom.js";

/**
 * A table in a card of its own, which scrolls where it is wider than the page.
 * @param names of the columns; "" for one without a name · @param rows an array of cells each, the first of which names the row; false is an empty cell
 */
export function table(names, rows, title = names.filter(Boolean).join(", ")) {
  return h(
    "div",
    { class: "card scroll", tabindex: "0", role: "region", "aria-label": title },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          names.map((name) => (name === "" ? h("td", {}) : h("th", { scope: "col" }, name))),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((cells) =>
          h(
            "tr",
            {},
            cells.map((cell, at) =>
              h(at === 0 ? "th" : "td", at === 0 ? { scope: "row" } : {}, cell === false ? "" : cell),
            ),
          ),
        ),
      ),
    ),
  );
}
