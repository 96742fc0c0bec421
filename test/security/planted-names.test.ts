import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { labelOf } from "../../src/alert/alert.ts";
import { fingerprint } from "../../src/alert/fingerprint.ts";
import { equals, formatMatcher, matches, parseMatcher } from "../../src/alert/matcher.ts";
import { own, putOwn } from "../../src/alert/own.ts";
import { DEFAULT_SEVERITIES, severityRank } from "../../src/alert/severity.ts";
import { UserError } from "../../src/alert/user-error.ts";
import { createEmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { alertSchema } from "../../src/alertmanager/schema.ts";
import { histogramOfJson } from "../../src/dqm/judge/read/json.ts";
import { fitVectorizer, vectorize } from "../../src/intelligence/learned/vectorizer.ts";
import { parseSchedule } from "../../src/oncall/load.ts";
import { matchersOfGroup } from "../../src/operations/group-matchers.ts";
import { answerSchema } from "../../src/prometheus/schema.ts";
import { siteOfCms } from "../../src/tickets/sites.ts";
import { webhookSchema } from "../../src/web/webhook.ts";
import { postedAlerts, readMatchers } from "../alertmanager/travel.ts";

const NAMES = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "isPrototypeOf",
  "__defineGetter__",
];
const NOW = new Date("2026-03-01T12:00:00Z");
const labelsWith = (name: string): Record<string, string> => JSON.parse(`{"alertname":"A","${name}":"x"}`);

describe.each(NAMES)("a name that every object has: %s", (name) => {
  test("as a label: it is kept, matched, filtered by and hidden like any other", async () => {
    const embedded = createEmbeddedAlertmanager({ clock: () => NOW });
    await embedded.post(
      postedAlerts(JSON.parse(`[{"labels":{"alertname":"A","${name}":"x"}},{"labels":{"alertname":"B"}}]`), NOW),
    );
    const [matcher] = readMatchers(new URLSearchParams({ filter: `${name}!=""` }));
    const named = await embedded.alerts({ matchers: matcher === undefined ? [] : [matcher] });
    expect(named.map(({ labels }) => labels["alertname"])).toEqual(["A"]);
    expect(labelOf(named[0]?.labels ?? {}, name)).toBe("x");
    await embedded.putSilence({
      matchers: [equals(name, "x")],
      startsAt: NOW,
      endsAt: new Date(NOW.getTime() + 60_000),
      createdBy: "me",
      comment: "",
    });
    const hidden = (await embedded.alerts()).filter(({ state }) => state === "suppressed");
    expect(hidden.map(({ labels }) => labels["alertname"])).toEqual(["A"]);
    expect(fingerprint(labelsWith(name))).not.toBe(fingerprint({ alertname: "A" }));
  });

  test("as a label in answers of Alertmanager, its webhook and Prometheus", () => {
    const time = NOW.toISOString();
    const alert = {
      startsAt: time,
      endsAt: time,
      updatedAt: time,
      fingerprint: "1",
      annotations: {},
      receivers: [{ name: "r" }],
    };
    const status = { state: "active", silencedBy: [], inhibitedBy: [] };
    const read = alertSchema.parse({ ...alert, status, labels: labelsWith(name) });
    expect(labelOf(read.labels, name)).toBe("x");
    const posted = webhookSchema.parse({
      version: "4",
      groupKey: "g",
      status: "firing",
      receiver: "r",
      alerts: [{ ...alert, status: "firing", labels: labelsWith(name) }],
    });
    expect(labelOf(posted.alerts[0]?.labels ?? {}, name)).toBe("x");
    const answer = answerSchema.parse({
      status: "success",
      data: { resultType: "vector", result: [{ metric: labelsWith(name), value: [1, "2"] }] },
    });
    expect(JSON.stringify(answer)).toContain(`"${name}":"x"`);
  });

  test("as a matcher: it hides what has the label and nothing else", () => {
    const matcher = parseMatcher(`${name}=~"x|y"`);
    expect(matches(matcher, labelsWith(name))).toBe(true);
    expect(matches(parseMatcher(`${name}!=""`), { alertname: "A" })).toBe(false);
    expect(parseMatcher(formatMatcher(matcher))).toEqual(matcher);
    const group = { alerts: [{ labels: labelsWith(name) }, { labels: { alertname: "A" } }] };
    expect(matchersOfGroup(group as never).map((one) => one.name)).not.toContain(name);
  });

  test("as an alert's name, a severity, a word and a site", () => {
    expect(severityRank(name, DEFAULT_SEVERITIES)).toBe(severityRank("unheard-of", DEFAULT_SEVERITIES));
    const vectorizer = fitVectorizer([["down", name], ["down"]]);
    expect([...vectorize([name], vectorizer).values()]).toEqual([1]);
    expect(vectorize([name], fitVectorizer([["down"]])).size).toBe(0);
    expect(siteOfCms(name, "")).toBeNull();
  });

  test("as a person and a role on call", () => {
    const person = name.replaceAll("_", "").toLowerCase();
    const text = `people: [{ name: ${person} }]
fallback: { person: ${person} }
rosters:
  - name: ops
    default: true
    roles: { ${JSON.stringify(name)}: { rotation: { people: [${person}], starts: 2026-01-05 } } }
`;
    if (name === "__proto__") {
      expect(() => parseSchedule(parse(text), "oncall.yaml", null)).toThrow(UserError);
      return;
    }
    const schedule = parseSchedule(parse(text), "oncall.yaml", null);
    expect(schedule.people.find((one) => one.name === person)?.name).toBe(person);
  });

  test("as a field of a histogram", () => {
    const read = histogramOfJson(`{"run":1,"lumi":1,"name":"${name}","counts":[1,2,3],"${name}":4}`, [name]);
    expect(read).toMatchObject({ ok: true });
  });

  test("in objects that are filled at run time", () => {
    const object: Record<string, number> = {};
    expect(own(object, name)).toBeUndefined();
    putOwn(object, name, 1);
    expect(own(object, name)).toBe(1);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(Object.keys(object)).toEqual([name]);
  });
});
