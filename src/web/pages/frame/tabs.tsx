import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Me } from "./session.ts";

/** Pages of the navigation: name, address, title. */
const PAGES = [
  ["overview", "/", "Overview"],
  ["alerts", "/alerts", "Alerts"],
  ["history", "/history", "History"],
  ["anomalies", "/anomalies", "Anomalies"],
  ["transfers", "/transfers", "Transfers"],
  ["dqm", "/dqm", "Data quality"],
  ["silences", "/silences", "Silences"],
  ["oncall", "/oncall", "On call"],
  ["models", "/models", "Models"],
  ["noise", "/noise", "Noise"],
  ["audit", "/audit", "Audit"],
] as const;

interface TabsProps {
  /** Name of the page that is shown. */
  readonly current: string;
  readonly me: Me;
}

/**
 * Links to the pages. Those that the width has no room for stand in a menu at the end; the current page always stands in the row.
 * The menu is a button that shows a list of links, not an ARIA menu: Tab walks it, Escape and looking elsewhere close it.
 */
export function Tabs({ current, me }: TabsProps) {
  const nav = useRef<HTMLElement>(null);
  const more = useRef<HTMLDivElement>(null);
  /** Which links stand in the row; null while all do, to be measured. */
  const [inRow, setInRow] = useState<readonly boolean[] | null>(null);
  const [isOpen, setOpen] = useState(false);
  const key = `${current} ${me.pages.join()} ${me.links.length}`;
  useLayoutEffect(() => setInRow(null), [key]);
  useLayoutEffect(() => {
    if (inRow === null && nav.current !== null && more.current !== null) {
      setInRow(linksThatFit(nav.current, more.current));
    }
  });
  useEffect(() => {
    const observer = new ResizeObserver(() => setInRow(null));
    if (nav.current !== null) {
      observer.observe(nav.current);
    }
    const closeElsewhere = ({ target }: PointerEvent) => {
      if (!more.current?.contains(target as Node)) {
        setOpen(false);
      }
    };
    document.addEventListener("pointerdown", closeElsewhere);
    return () => {
      observer.disconnect();
      document.removeEventListener("pointerdown", closeElsewhere);
    };
  }, []);
  const links = [
    ...PAGES.filter(([name]) => me.pages.includes(name)).map(([name, href, title]) => (
      <a key={href} href={href} aria-current={name === current ? "page" : undefined}>
        {title}
      </a>
    )),
    ...me.links.map(({ href, title }) => (
      <a key={href} href={href} class="outside">
        {title}
      </a>
    )),
  ];
  const rest = inRow === null ? [] : links.filter((_, at) => inRow[at] === false);
  return (
    <nav aria-label="Pages" id="tabs" ref={nav}>
      <div class="shown">{links.filter((_, at) => inRow?.[at] !== false)}</div>
      <div
        class="more"
        ref={more}
        hidden={inRow !== null && rest.length === 0}
        onKeyDown={(event) => {
          if (event.key === "Escape" && isOpen) {
            setOpen(false);
            more.current?.querySelector("button")?.focus();
          }
        }}
        onFocusOut={({ relatedTarget }) => {
          if (!more.current?.contains(relatedTarget as Node | null)) {
            setOpen(false);
          }
        }}
      >
        <button
          type="button"
          class="quiet"
          aria-expanded={isOpen}
          aria-controls="more-pages"
          onClick={() => setOpen(!isOpen)}
        >
          More
        </button>
        <div class="rest" id="more-pages" hidden={!isOpen} onClick={() => setOpen(false)}>
          {rest}
        </div>
      </div>
    </nav>
  );
}

/** Which links fit beside the button of the menu, by their widths while all of them are in the row. */
function linksThatFit(nav: HTMLElement, more: HTMLElement): readonly boolean[] {
  const links = [...nav.querySelectorAll<HTMLElement>(".shown > a")];
  const widths = links.map((link) => link.offsetWidth);
  const room = nav.clientWidth;
  if (room === 0 || widths.reduce((sum, width) => sum + width, 0) <= room) {
    return links.map(() => true);
  }
  const current = links.findIndex((link) => link.hasAttribute("aria-current"));
  let left = room - more.offsetWidth - (widths[current] ?? 0);
  let isFull = false;
  return widths.map((width, at) => {
    if (at === current) {
      return true;
    }
    left -= width;
    isFull ||= left < 0;
    return !isFull;
  });
}
