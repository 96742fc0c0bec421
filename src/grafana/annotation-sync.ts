import type { Annotation, AnnotationContent, Dashboard, Grafana } from "./client.ts";

/** Tag of every annotation of ours: CMS's dashboards already filter by it. */
export const OUR_TAG = "cmsmon-int";
const DAY = 86_400_000;
/** How far back and ahead our annotations are looked for. */
const BEHIND = 30 * DAY;
const AHEAD = 90 * DAY;
/** An open end is drawn until now; it is moved on when it has fallen this far behind. */
const REDRAW = 10 * 60_000;

/** What is to be seen on dashboards: one intervention or ticket. */
export interface WantedAnnotation {
  /** Identity: the alert's name. */
  readonly name: string;
  /** Dashboards with any of these tags. */
  readonly dashboardTags: readonly string[];
  readonly time: Date;
  /** Announced end; null while nobody knows. */
  readonly timeEnd: Date | null;
  readonly text: string;
}

/** One change to make in Grafana, with its reason. */
export type AnnotationStep =
  | {
      readonly step: "create";
      readonly name: string;
      readonly dashboard: Dashboard;
      readonly content: AnnotationContent;
      readonly reason: string;
    }
  | {
      readonly step: "update";
      readonly name: string;
      readonly id: number;
      readonly content: AnnotationContent;
      readonly reason: string;
    }
  | { readonly step: "remove"; readonly name: string; readonly id: number; readonly reason: string };

/** What a sync did, and what it could not. */
export interface AnnotationReport {
  readonly steps: readonly AnnotationStep[];
  readonly kept: number;
  readonly faults: readonly string[];
}

/**
 * Brings Grafana's annotations to what is wanted: each intervention once per dashboard, updated when it changes, removed when it
 * is cancelled. Annotations of what has ended stay. What Grafana refuses is reported and tried again at the next sync.
 */
export async function syncAnnotations(
  grafana: Grafana,
  wanted: readonly WantedAnnotation[],
  now: Date,
  dryRun = false,
): Promise<AnnotationReport> {
  const existing = await grafana.annotations(
    [OUR_TAG],
    new Date(now.getTime() - BEHIND),
    new Date(now.getTime() + AHEAD),
  );
  const places = new Map<WantedAnnotation, readonly Dashboard[]>();
  for (const entry of wanted) {
    places.set(entry, await dashboardsFor(grafana, entry.dashboardTags));
  }
  const { steps, kept } = planAnnotations(places, existing, now);
  const faults: string[] = [];
  for (const step of dryRun ? [] : steps) {
    try {
      await apply(grafana, step);
    } catch (error) {
      faults.push(`${step.step} ${step.name}: ${(error as Error).message}`);
    }
  }
  return { steps, kept, faults };
}

async function dashboardsFor(grafana: Grafana, tags: readonly string[]): Promise<readonly Dashboard[]> {
  const found = new Map<string, Dashboard>();
  for (const tag of tags) {
    for (const dashboard of await grafana.dashboards(tag)) {
      found.set(placeOf(dashboard.uid, dashboard.id), dashboard);
    }
  }
  return [...found.values()];
}

/** Decides the steps; pure. */
export function planAnnotations(
  places: ReadonlyMap<WantedAnnotation, readonly Dashboard[]>,
  existing: readonly Annotation[],
  now: Date,
) {
  const left = new Set(existing);
  const steps: AnnotationStep[] = [];
  let kept = 0;
  for (const [wanted, dashboards] of places) {
    for (const dashboard of dashboards) {
      const [same, ...doubles] = existing.filter(
        (annotation) => isOf(annotation, wanted.name) && isOn(annotation, dashboard),
      );
      const content = contentOf(wanted, same, now);
      for (const double of doubles) {
        left.delete(double);
        steps.push({ step: "remove", name: wanted.name, id: double.id, reason: "it is there twice" });
      }
      if (same === undefined) {
        steps.push({
          step: "create",
          name: wanted.name,
          dashboard,
          content,
          reason: `it is not on "${dashboard.title}" yet`,
        });
        continue;
      }
      left.delete(same);
      const reason = difference(same, content);
      if (reason === null) {
        kept += 1;
      } else {
        steps.push({ step: "update", name: wanted.name, id: same.id, content, reason });
      }
    }
  }
  return { steps: [...steps, ...[...left].flatMap((annotation) => leftover(annotation, now) ?? [])], kept };
}

/** No longer wanted: cancelled before it began, ended early, or simply over. */
function leftover(annotation: Annotation, now: Date): AnnotationStep | null {
  const name = annotation.tags.find((tag) => tag !== OUR_TAG) ?? String(annotation.id);
  if (annotation.time > now) {
    return { step: "remove", name, id: annotation.id, reason: "it was cancelled before it began" };
  }
  return annotation.timeEnd > now
    ? { step: "update", name, id: annotation.id, content: { ...annotation, timeEnd: now }, reason: "it ended early" }
    : null;
}

function contentOf(wanted: WantedAnnotation, same: Annotation | undefined, now: Date): AnnotationContent {
  const isDrawn = same !== undefined && now.getTime() - same.timeEnd.getTime() < REDRAW;
  const open = new Date(Math.max(wanted.time.getTime(), (isDrawn ? same.timeEnd : now).getTime()));
  const timeEnd = wanted.timeEnd ?? open;
  return { time: wanted.time, timeEnd, text: wanted.text, tags: [OUR_TAG, wanted.name, ...wanted.dashboardTags] };
}

function difference(before: Annotation, after: AnnotationContent): string | null {
  if (before.time.getTime() !== after.time.getTime() || before.timeEnd.getTime() !== after.timeEnd.getTime()) {
    return "its times changed";
  }
  if (before.text !== after.text) {
    return "its text changed";
  }
  return after.tags.every((tag) => before.tags.includes(tag)) ? null : "its tags changed";
}

function isOf(annotation: Annotation, name: string): boolean {
  return annotation.tags.includes(OUR_TAG) && annotation.tags.includes(name);
}

function isOn(annotation: Annotation, dashboard: Dashboard): boolean {
  return dashboard.uid !== null && annotation.dashboardUid !== null
    ? annotation.dashboardUid === dashboard.uid
    : dashboard.id !== null && annotation.dashboardId === dashboard.id;
}

function placeOf(uid: string | null, id: number | null): string {
  return uid ?? `#${id}`;
}

async function apply(grafana: Grafana, step: AnnotationStep): Promise<void> {
  if (step.step === "create") {
    await grafana.create(step.dashboard, step.content);
  } else if (step.step === "update") {
    await grafana.update(step.id, step.content);
  } else {
    await grafana.remove(step.id);
  }
}
