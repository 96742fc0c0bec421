import { alertName } from "../alert/alert.ts";
import { own } from "../alert/own.ts";
import type { Item } from "./stage.ts";

/** What Grafana's dashboards should show, as its annotation sync takes it. */
export interface AnnotationWish {
  readonly name: string;
  readonly dashboardTags: readonly string[];
  readonly time: Date;
  readonly timeEnd: Date | null;
  readonly text: string;
}

const TEXTS = ["shortDescription", "Subject", "summary", "description"];

/** Alerts that a stage wants on dashboards, each name once. */
export function wantedAnnotations(items: readonly Item[]): readonly AnnotationWish[] {
  const wishes = new Map<string, AnnotationWish>();
  for (const item of items) {
    if (item.dashboardTags.length > 0) {
      wishes.set(alertName(item), {
        name: alertName(item),
        dashboardTags: item.dashboardTags,
        time: item.source.startsAt,
        timeEnd: item.source.endsAt,
        text: textOf(item),
      });
    }
  }
  return [...wishes.values()];
}

/** Grafana shows annotations as HTML: nothing of a ticket's text may be taken for it. */
function textOf({ annotations, labels }: Item): string {
  const what = TEXTS.map((name) => own(annotations, name)).find((text) => text !== undefined && text !== "");
  const url = annotations["URL"];
  const title = `${labels["service"] ?? "Alert"} ${labels["alertname"] ?? ""}: ${what ?? ""}`.trim();
  const link =
    url !== undefined && /^https?:\/\/[^\s"'<>]+$/.test(url)
      ? `\n<a href="${escapeHtml(url)}" target="_blank">${escapeHtml(url)}</a>`
      : "";
  return `${escapeHtml(title)}${link}`;
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
