import { useEffect } from "preact/hooks";
import type { Session } from "./session.ts";

const KEYS = [
  ["/", "go to the filter"],
  ["j, k", "next, previous alert"],
  ["a", "acknowledge the alert"],
  ["s", "silence the alert"],
  ["Enter", "open the alert"],
  ["?", "show this list"],
] as const;

/** Keys for people who do not take their hands off the keyboard; they press the buttons that are there. */
export function useShortcuts({ toast }: Pick<Session, "toast">): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        target.closest("input, textarea, select, dialog") !== null
      ) {
        return;
      }
      if (event.key === "?") {
        toast(KEYS.map(([key, what]) => `${key}: ${what}`).join(" · "));
      } else if (event.key === "/") {
        const filter = document.querySelector<HTMLInputElement>("form.filter input");
        if (filter !== null) {
          event.preventDefault();
          filter.focus();
        }
      } else if (event.key === "j" || event.key === "k") {
        move(event.key === "j" ? 1 : -1);
      } else {
        const button = { a: ".acknowledge", s: ".silence" }[event.key];
        const card = document.activeElement?.closest("article.group");
        if (button !== undefined) {
          card?.querySelector<HTMLButtonElement>(button)?.click();
        } else if (event.key === "Enter" && document.activeElement === card) {
          card?.querySelector<HTMLAnchorElement>("h3 a")?.click();
        }
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [toast]);
}

/** Focuses the next or the previous alert group on the page. */
function move(step: 1 | -1): void {
  const cards = [...document.querySelectorAll<HTMLElement>("article.group")];
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[at === -1 ? 0 : Math.min(cards.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
