import { h } from "./dom.js";

const PAGES = [
  ["overview", "/", "Overview"],
  ["alerts", "/alerts", "Alerts"],
  ["anomalies", "/anomalies", "Anomalies"],
  ["transfers", "/transfers", "Transfers"],
  ["dqm", "/dqm", "Data quality"],
  ["silences", "/silences", "Silences"],
  ["oncall", "/oncall", "On call"],
  ["models", "/models", "Models"],
  ["noise", "/noise", "Noise"],
  ["audit", "/audit", "Audit"],
];

/**
 * Links to the pages. Those that the width has no room for stand in a menu at the end; the current page always stands in the row.
 * The menu is a button that shows a list of links, not an ARIA menu: Tab walks it, Escape and looking elsewhere close it.
 */
export function createTabs(nav) {
  const row = h("div", { class: "shown" });
  const list = h("div", { class: "rest", id: "more-pages", hidden: true });
  const button = h("button", { type: "button", class: "quiet", "aria-expanded": "false", "aria-controls": list.id });
  const more = h("div", { class: "more" }, button, list);
  let links = [];

  function open(isOpen) {
    list.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  }

  /** Widths are measured with everything in the row, where it may run over: nothing is drawn in between. */
  function arrange() {
    row.replaceChildren(...links);
    more.hidden = false;
    button.textContent = "More";
    const widths = links.map((link) => link.offsetWidth);
    const room = nav.clientWidth;
    const total = widths.reduce((sum, width) => sum + width, 0);
    if (room === 0 || total <= room) {
      more.hidden = true;
      open(false);
      return;
    }
    const current = links.findIndex((link) => link.hasAttribute("aria-current"));
    let left = room - button.offsetWidth - (widths[current] ?? 0);
    const isInRow = links.map((_, at) => at === current);
    for (const [at, width] of widths.entries()) {
      if (at !== current) {
        left -= width;
        if (left < 0) {
          break;
        }
        isInRow[at] = true;
      }
    }
    row.replaceChildren(...links.filter((_, at) => isInRow[at]));
    list.replaceChildren(...links.filter((_, at) => !isInRow[at]));
  }

  button.onclick = () => open(list.hidden);
  list.onclick = () => open(false);
  more.onkeydown = (event) => {
    if (event.key === "Escape" && !list.hidden) {
      open(false);
      button.focus();
    }
  };
  more.addEventListener("focusout", ({ relatedTarget }) => {
    if (!more.contains(relatedTarget)) {
      open(false);
    }
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!more.contains(target)) {
      open(false);
    }
  });
  nav.replaceChildren(row, more);
  new ResizeObserver(arrange).observe(nav);
  return {
    /** @param pages names of those that this server has · @param outside links to pages that are not ours */
    draw(current, pages, outside) {
      links = [
        ...PAGES.filter(([name]) => pages.includes(name)).map(([name, href, title]) =>
          h("a", { href, "aria-current": name === current ? "page" : null }, title),
        ),
        ...outside.map(({ href, title }) => h("a", { href, class: "outside" }, title)),
      ];
      arrange();
    },
  };
}
