import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { DurationSyntaxError, parseDuration } from "../../src/alert/duration.ts";
import { formatMatcher, MatcherSyntaxError, matchesAll, parseMatcher, parseMatchers } from "../../src/alert/matcher.ts";
import { openSealedJson, SealError, sealJson } from "../../src/alert/sealed.ts";
import { UserError } from "../../src/alert/user-error.ts";
import { alertSchema, silenceSchema } from "../../src/alertmanager/schema.ts";
import { loadConfig } from "../../src/config/load.ts";
import { decodeSavedModel, encodeSavedModel, SavedModelError } from "../../src/detect/saved-model.ts";
import { histogramOfJson } from "../../src/dqm/judge/read/json.ts";
import { loadDqm } from "../../src/dqm/judge/saved.ts";
import { parseEvent } from "../../src/intelligence/grouping/replay.ts";
import { parseRunbook } from "../../src/intelligence/runbooks/runbook.ts";
import { readCalendar } from "../../src/oncall/calendar/read.ts";
import { parseSchedule } from "../../src/oncall/load.ts";
import { answerSchema } from "../../src/prometheus/schema.ts";
import { loadScorer } from "../../src/transfers/model/models.ts";
import { toNotification, webhookSchema } from "../../src/web/webhook.ts";
import { matcherText } from "../alert/matcher-texts.ts";
import { changed, damagedBytes, damagedText, FUZZ, FUZZ_TIMEOUT } from "./arbitraries.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "cmswatch-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it; only the named errors may come out, each in words of one line. */
function survives(work: () => unknown, ...known: readonly (new (...some: never[]) => Error)[]): void {
  try {
    work();
  } catch (error) {
    if (!known.some((kind) => error instanceof kind)) {
      throw new Error(`an unknown error: ${(error as Error).stack}`, { cause: error });
    }
    if (!(error instanceof z.ZodError)) {
      expect((error as Error).message.length).toBeGreaterThan(3);
    }
  }
}

const time = "2026-03-01T12:00:00.000Z";
const ALERT = {
  labels: { alertname: "A", service: "dbs" },
  annotations: { summary: "x" },
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  fingerprint: "0123456789abcdef",
  generatorURL: "http://x",
  receivers: [{ name: "r" }],
  status: { state: "active", silencedBy: [], inhibitedBy: [] },
};
const SILENCE = {
  id: "s",
  matchers: [{ name: "a", value: "b", isRegex: false, isEqual: true }],
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  createdBy: "me",
  comment: "c",
  status: { state: "active" },
};
const WEBHOOK = {
  version: "4",
  groupKey: "g",
  status: "firing",
  receiver: "r",
  groupLabels: { service: "dbs" },
  alerts: [{ ...ALERT, status: "firing" }],
};
const SERIES = {
  status: "success",
  data: {
    resultType: "matrix",
    result: [
      {
        metric: { pod: "a" },
        values: [
          [1, "2"],
          [2, "NaN"],
        ],
      },
    ],
  },
};

describe("fuzz", { timeout: FUZZ_TIMEOUT }, () => {
  test("matchers: read or refused, and what is read is written and read as the same", () => {
    fc.assert(
      fc.property(fc.oneof(matcherText, fc.string({ unit: "binary", maxLength: 60 })), (text) => {
        survives(() => {
          const matcher = parseMatcher(text);
          expect(parseMatcher(formatMatcher(matcher))).toEqual(matcher);
          matchesAll([matcher], { service: "dbs", constructor: "x" });
        }, MatcherSyntaxError);
        survives(() => {
          const list = parseMatchers(text);
          expect(parseMatchers(list.map(formatMatcher).join(","))).toEqual(list);
        }, MatcherSyntaxError);
      }),
      FUZZ,
    );
  });

  test("durations", () => {
    fc.assert(
      fc.property(damagedText("1d12h30m15s250ms"), (text) => survives(() => parseDuration(text), DurationSyntaxError)),
      FUZZ,
    );
  });

  test.each([
    ["an alert of Alertmanager", ALERT, (value: unknown) => alertSchema.parse(value)],
    ["a silence of Alertmanager", SILENCE, (value: unknown) => silenceSchema.parse(value)],
    [
      "a notification of Alertmanager's webhook",
      WEBHOOK,
      (value: unknown) => toNotification(webhookSchema.parse(value)),
    ],
    ["an answer of Prometheus", SERIES, (value: unknown) => answerSchema.parse(value)],
  ] as const)("%s", (_, sample, read) => {
    fc.assert(
      fc.property(changed(sample), (value) => survives(() => read(value), z.ZodError)),
      FUZZ,
    );
  });

  test("events of replays", () => {
    const line = JSON.stringify({ t: 1, labels: ALERT.labels, annotations: ALERT.annotations });
    fc.assert(
      fc.property(
        fc.oneof(
          damagedText(line),
          changed(JSON.parse(line)).map((value) => JSON.stringify(value)),
        ),
        (text) => survives(() => parseEvent(text), z.ZodError, SyntaxError),
      ),
      FUZZ,
    );
  });

  test("histograms of data quality", () => {
    // Found by this test: a value whose text could not be made.
    survives(() => histogramOfJson('{"run":{"toString":1},"lumi":2,"name":"h","counts":[1]}'));
    const text = JSON.stringify({
      run: 1,
      lumi: 2,
      name: "h",
      counts: [1, 2, 3],
      entries: 6,
      xmin: 0,
      xmax: 3,
      xbins: 3,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          damagedText(text),
          changed(JSON.parse(text)).map((value) => JSON.stringify(value)),
        ),
        (given) => survives(() => expect(histogramOfJson(given, ["constructor"])).toHaveProperty("ok")),
      ),
      FUZZ,
    );
  });

  test("the configuration, as a file", () => {
    const sample = readFileSync(join(root, "deploy/config/cmswatch.yaml"), "utf8");
    const file = join(folder, "cmswatch.yaml");
    const text = fc.oneof(
      damagedText(sample),
      changed(parseYaml(sample)).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (given) => {
        writeFileSync(file, given);
        survives(() => loadConfig(file, {}), UserError);
      }),
      FUZZ,
    );
  });

  test("schedules and runbooks", () => {
    const schedule: unknown = parseYaml(readFileSync(join(root, "docs/oncall.example.yaml"), "utf8"));
    const runbook = readFileSync(join(root, "docs/runbooks/anomaly-availability.md"), "utf8");
    fc.assert(
      fc.property(changed(schedule), damagedText(runbook), (value, text) => {
        survives(() => parseSchedule(value, "oncall.yaml", null), UserError);
        survives(() => parseRunbook(text, "dbs", "dbs.md"), UserError);
      }),
      FUZZ,
    );
  });

  test("calendars", () => {
    const calendar = [
      ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "BEGIN:VEVENT", "UID:1", "SUMMARY:On call: ada"],
      ...[
        "DTSTAMP:20260101T000000Z",
        "DTSTART;TZID=Europe/Zurich:20260105T090000",
        "DTEND;TZID=Europe/Zurich:20260105T170000",
      ],
      ...["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;COUNT=20", "EXDATE;TZID=Europe/Zurich:20260119T090000"],
      ...["ATTENDEE:mailto:ada@example.org", "END:VEVENT", "END:VCALENDAR", ""],
    ].join("\r\n");
    const people = [{ name: "ada", email: "ada@example.org" }];
    const range = { from: new Date("2026-01-01"), to: new Date("2026-04-01") };
    const word = fc.constantFrom(
      "INTERVAL=-1",
      "BYSECOND=1",
      "FREQ=SECONDLY",
      "UNTIL=20260230T000000",
      "COUNT=99999999",
    );
    const text = fc.oneof(
      damagedText(calendar),
      word.map((rule) => calendar.replace("INTERVAL=2", rule)),
    );
    fc.assert(
      fc.property(text, (given) => survives(() => readCalendar(given, { people, zone: "UTC", range }), Error)),
      FUZZ,
    );
  });

  test("model files: damaged ones are refused", () => {
    const weights = new Uint8Array(Float64Array.from([1, 2, 3]).buffer);
    const model = encodeSavedModel({ detector: "pca", format: 1, metrics: ["cpu"], weights } as never);
    fc.assert(
      fc.property(damagedBytes(model), (bytes) => survives(() => decodeSavedModel(bytes), SavedModelError)),
      FUZZ,
    );
    const dqm = { format: 1, detector: "default", seed: 1, withheld: [], histograms: [] };
    fc.assert(
      fc.property(damagedText(sealJson(dqm)), changed(dqm), (text, value) => {
        survives(() => loadDqm(text, "x"), UserError);
        survives(() => loadDqm(typeof value === "object" && value !== null ? sealJson(value) : "1", "x"), UserError);
        survives(() => loadScorer(openSealedJson(text)), SealError, SyntaxError, SavedModelError);
        survives(() => loadScorer(value), SavedModelError);
      }),
      FUZZ,
    );
  });
});
