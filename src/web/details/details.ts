import { formatMatcher, MatcherSyntaxError, parseMatcher } from "../../alert/matcher.ts";
import { isOurs, type Silence } from "../../alert/silence.ts";
import { UserError } from "../../alert/user-error.ts";
import type { LedgerEntry } from "../../store/store.ts";
import type { SilenceView } from "../detail-views.ts";
import type { WebDetails } from "../sources.ts";
import { anomalyDetail, toAnomalyView } from "./anomalies.ts";
import { calendar } from "./calendar.ts";
import { groupPage, historyOf } from "./history.ts";
import { noiseReport } from "./noise.ts";
import type { DetailParts } from "./parts.ts";
import { serviceDetail } from "./service.ts";

const DAY = 86_400_000;
const MAX_LISTED = 1000;

/** Makes the data of all pages but the first out of the current state, the store and the metrics. */
export function createDetails(parts: DetailParts): WebDetails {
  const { store, current, clock } = parts;
  return {
    service: (name, range) => serviceDetail(parts, name, range),
    async anomalies(days) {
      const since = new Date(clock().getTime() - days * DAY);
      return (await store.anomalies.recent({ since, limit: MAX_LISTED })).map(toAnomalyView);
    },
    anomaly: (id) => anomalyDetail(store, id, clock()),
    async silences() {
      const ledger = new Map((await store.silences.recent(MAX_LISTED)).map((entry) => [entry.silenceId, entry]));
      return (current.silences.last() ?? [])
        .map((silence) => toSilenceView(silence, ledger.get(silence.id) ?? null, current.hidden.get(silence.id) ?? 0))
        .sort((left, right) => STATES.indexOf(left.state) - STATES.indexOf(right.state));
    },
    async preview(matchers) {
      const { now, pastWeek, examples, warning } = await parts.actions.preview(matchers.map(readMatcher));
      return { now, pastWeek, examples: [...examples], warning };
    },
    async oncall() {
      const now = clock();
      const [oncall, shifts, overrides] = await Promise.all([
        parts.oncall(null, now),
        calendar(parts.oncall, now),
        store.oncall.overrides(now, new Date(now.getTime() + 30 * DAY)),
      ]);
      return {
        now: now.toISOString(),
        shifts,
        oncall: oncall.map(({ roster, person, until, because }) => ({
          roster,
          person: person?.name ?? "nobody",
          until: until?.toISOString() ?? null,
          because,
        })),
        overrides: overrides.map(({ from, to, ...rest }) => ({
          ...rest,
          from: from.toISOString(),
          to: to.toISOString(),
        })),
      };
    },
    async models() {
      return (await store.models.list()).map(({ trainedAt, trainedFrom, trainedTo, metrics, ...rest }) => ({
        ...rest,
        metrics: [...metrics],
        trainedAt: trainedAt.toISOString(),
        trainedFrom: trainedFrom.toISOString(),
        trainedTo: trainedTo.toISOString(),
      }));
    },
    async audit(limit) {
      return (await store.audit.recent(limit)).map((entry) => ({ ...entry, at: entry.at.toISOString() }));
    },
    noise: (days) => noiseReport(store, new Date(clock().getTime() - days * DAY)),
    async group(id) {
      const groups = await parts.overview.groups();
      return groupPage(store, id, groups.find((group) => group.id === id) ?? null);
    },
    async history({ from, to, service, alertname, staleHours }) {
      const end = to === undefined ? clock() : new Date(to);
      const begin = from === undefined ? new Date(end.getTime() - DAY) : new Date(from);
      if (begin >= end) {
        throw new UserError("ends before it begins", "history", "give from before to");
      }
      const groups = await parts.overview.groups();
      const staleAfter = staleHours * 3_600_000;
      return historyOf(store, groups, { from: begin, to: end, service, alertname, staleAfter });
    },
    async runbook(id) {
      const found = parts.runbooks.find((runbook) => runbook.id === id);
      if (found === undefined) {
        return null;
      }
      const { title, owners, firstChecks, remedies, links, body } = found;
      const copies = { owners: [...owners], firstChecks: [...firstChecks], remedies: [...remedies], links: [...links] };
      return { id, title, ...copies, body };
    },
  };
}

const STATES = ["active", "pending", "expired"];

function toSilenceView(silence: Silence, entry: LedgerEntry | null, hides: number): SilenceView {
  const { id, matchers, startsAt, endsAt, state, createdBy, comment } = silence;
  return {
    id,
    matchers: matchers.map(formatMatcher),
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    state,
    createdBy,
    comment,
    ours: isOurs(silence),
    owner: entry?.owner ?? null,
    purpose: entry?.purpose ?? null,
    hides,
    hidden: Math.max(hides, entry?.hidden.length ?? 0),
  };
}

function readMatcher(text: string): ReturnType<typeof parseMatcher> {
  try {
    return parseMatcher(text);
  } catch (error) {
    if (error instanceof MatcherSyntaxError) {
      throw new UserError(error.message, "matchers", 'write them like service="dbs"', { cause: error });
    }
    throw error;
  }
}
