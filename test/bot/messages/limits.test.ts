import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestMessage } from "../../../src/bot/messages/digest.ts";
import { explainMessage } from "../../../src/bot/messages/explain.ts";
import { floodMessage, floodTable } from "../../../src/bot/messages/flood.ts";
import { groupMessage } from "../../../src/bot/messages/group.ts";
import { helpMessage } from "../../../src/bot/messages/help.ts";
import { DEFAULT_SETTINGS, homeView } from "../../../src/bot/messages/home.ts";
import { checkLimits, checkViewLimits } from "../../../src/bot/messages/limits.ts";
import { alertsMessage, runbooksMessage, silencesMessage, ticketsMessage } from "../../../src/bot/messages/lists.ts";
import { regroupModal, severityModal } from "../../../src/bot/messages/modals/correction-modals.ts";
import { silenceModal } from "../../../src/bot/messages/modals/silence-modal.ts";
import { exceptionsMessage, offerMessage, oncallMessage, takenMessage } from "../../../src/bot/messages/oncall.ts";
import { overviewMessage } from "../../../src/bot/messages/overview.ts";
import { section } from "../../../src/bot/messages/payload.ts";
import { handoffMessage, shiftTopic } from "../../../src/bot/messages/shift.ts";
import { shareButton, statusMessage } from "../../../src/bot/messages/status.ts";
import { stillWorkingMessage } from "../../../src/bot/messages/still-working.ts";
import { pageFigures } from "../../../src/intelligence/noise/pages.ts";
import { payloadProblems, viewProblems } from "../payload-check.ts";
import {
  fresh,
  NOW,
  sampleAlert,
  sampleAnomaly,
  sampleChange,
  sampleGroup,
  sampleOverview,
  sampleStatus,
  sampleTicket,
} from "../samples.ts";

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    "x".repeat(5000),
    "😀".repeat(2000),
    "&".repeat(3000),
    "<!channel> *x* `y` & <https://a|b>",
    "a\nb\n".repeat(900),
  ),
);
const many = fc.integer({ min: 0, max: 300 });
const group = fc
  .record({
    title: text,
    service: fc.option(text),
    severity: text,
    owners: fc.array(text, { maxLength: 30 }),
    reasons: fc.array(text, { maxLength: 30 }),
    count: many,
    state: fc.constantFrom("firing", "acknowledged", "silenced", "resolved"),
  })
  .map(({ count, title, ...rest }) =>
    sampleGroup({
      ...rest,
      title: `t${title}`,
      alerts: Array.from({ length: count }, (_, index) => sampleAlert({ pod: `${title}${index}` })),
    }),
  );
const acknowledgement = { groupId: "g", by: "x".repeat(500), at: NOW, until: NOW, silenceId: null, endedAt: null };

/** Messages are built from what others wrote: whatever it is, Slack must take the result. */
function holdsFor<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => readonly string[]): void {
  fc.assert(
    fc.property(arbitrary, (value) => {
      expect(check(value)).toEqual([]);
    }),
    { numRuns: 12, interruptAfterTimeLimit: 5000 },
  );
}

describe("Slack takes", () => {
  test("a group's message, whatever its text and number of alerts", () => {
    holdsFor(group, (one) =>
      payloadProblems(
        groupMessage({
          group: one,
          acknowledgement,
          silences: [],
          pageReason: "you",
          permalink: "https://example.org/archives/C1/p1",
          webUrl: "http://127.0.0.1:8420",
        }),
      ),
    );
  });

  test("a status, whatever is in its parts", () => {
    holdsFor(fc.tuple(text, many, many, group), ([words, tickets, anomalies, one]) => {
      const status = sampleStatus({
        headline: words,
        title: words,
        tickets: fresh(Array.from({ length: tickets }, () => sampleTicket({ subject: words }))),
        anomalies: fresh(Array.from({ length: anomalies }, () => sampleAnomaly({ evidence: [words] }))),
        alerts: fresh(Array.from({ length: tickets }, () => one)),
        runbook: { kind: "missing", because: words },
        series: { kind: "stale", value: null, at: NOW, because: words },
      });
      const message = statusMessage(status, NOW, { fileId: "F1", altText: words });
      return payloadProblems({ ...message, blocks: [...message.blocks, shareButton("dbs")] });
    });
  });

  test("lists, whatever their length", () => {
    holdsFor(fc.tuple(group, many, text), ([one, count, words]) =>
      [
        alertsMessage(fresh(Array.from({ length: count }, () => one)), words, NOW),
        ticketsMessage(fresh(Array.from({ length: count }, () => sampleTicket({ subject: words, site: words }))), NOW),
        silencesMessage({ kind: "missing", because: words }, NOW),
        oncallMessage(
          Array.from({ length: count }, () => ({ roster: words, person: null, until: null, because: words })),
          words,
        ),
        runbooksMessage(
          Array.from({ length: count }, () => ({
            id: "r",
            title: words,
            url: words,
            firstSteps: [words, words],
            confidence: 1,
          })),
          words,
        ),
        explainMessage(one, [sampleAnomaly({ evidence: [words, words, words, words, words] })], []),
        digestMessage(
          {
            from: NOW,
            to: NOW,
            open: fresh(Array.from({ length: count }, () => one)),
            cutShort: true,
            timeToAcknowledge: 240_000,
            pages: pageFigures([]),
            advice: Array.from({ length: count }, () => ({ rule: words, service: words, advice: words })),
            rules: Array.from({ length: count }, () => ({
              service: words,
              rule: words,
              fired: 3,
              shortLived: 1,
              acknowledged: 0,
            })),
          },
          null,
        ),
        handoffMessage({ ...sampleChange(words, null), open: fresh([one]) }, NOW),
        handoffMessage({ ...sampleChange(words, { name: words }), open: fresh([one]) }, NOW),
        stillWorkingMessage(one, acknowledgement),
      ].flatMap(payloadProblems),
    );
  });

  test("exceptions and offered shifts, whatever their names", () => {
    holdsFor(fc.tuple(many, text), ([count, words]) => {
      const override = { id: words, roster: words, person: words, by: "x", from: NOW, to: NOW };
      const overrides = Array.from({ length: count }, () => override);
      return [
        exceptionsMessage(overrides),
        offerMessage({ roster: "cmsweb", to: NOW, by: words }),
        takenMessage(words, { roster: words, to: NOW }),
      ].flatMap(payloadProblems);
    });
  });

  test("the dialogues that correct a severity or a group", () => {
    holdsFor(fc.tuple(group, group, many), ([one, other, count]) => {
      const draft = { groupId: one.id, channel: "C1", ts: "1.1" };
      const others = Array.from({ length: count }, (_, index) => ({ ...other, id: `g-${index}` }));
      return [severityModal(draft, one, ["info", "high"]), regroupModal(draft, one, others)].flatMap(viewProblems);
    });
  });

  test("an overview of hundreds of services", () => {
    holdsFor(fc.tuple(many, text), ([count, words]) => {
      const services = Array.from({ length: count }, (_, index) => ({
        service: `s${index}`,
        title: words,
        state: index % 2 === 0 ? ("ok" as const) : ("failing" as const),
        headline: words,
        since: NOW,
        alerts: 1,
        anomalies: 1,
      }));
      const subscriptions = Array.from({ length: count }, () => ({ service: words, severity: words, by: words }));
      const overview = sampleOverview({
        services,
        sources: [{ name: words, state: "down", at: null, because: words }],
      });
      return [
        ...payloadProblems(overviewMessage(overview, NOW)),
        ...viewProblems(
          homeView(
            overview,
            { open: [sampleGroup({ title: `t${words}` })], settings: DEFAULT_SETTINGS, subscriptions },
            NOW,
          ),
        ),
      ];
    });
  });

  test("a flood of thousands", () => {
    holdsFor(fc.tuple(group, fc.integer({ min: 1, max: 2000 })), ([one, count]) => {
      const flood = {
        id: "f",
        since: NOW,
        groups: Array.from({ length: count }, (_, index) => ({ ...one, id: `${index}` })),
      };
      return [floodMessage(flood, null), floodTable(flood)].flatMap(payloadProblems);
    });
  });

  test("the silence dialogue and the help", () => {
    holdsFor(text, (words) =>
      viewProblems(
        silenceModal({
          draft: { groupId: "g", channel: null, ts: null },
          title: `t${words}`,
          matchers: [{ name: "service", value: words.slice(0, 500), isRegex: false, isEqual: true }],
          preview: { now: 1, pastWeek: 2, examples: [words], warning: `w${words}`, caveat: `c${words}` },
          owner: words,
          duration: "nonsense",
          reason: words.slice(0, 400),
        }),
      ),
    );
    expect(payloadProblems(helpMessage())).toEqual([]);
    expect(shiftTopic([sampleChange("r".repeat(300), { name: "n" }).duty]).length).toBeLessThanOrEqual(250);
  });
});

describe("the check of limits finds", () => {
  test.each([
    ["too many blocks", { blocks: Array.from({ length: 51 }, () => section("x")) }],
    [
      "a section that is too long",
      { blocks: [{ type: "section" as const, text: { type: "mrkdwn" as const, text: "x".repeat(3001) } }] },
    ],
    ["an empty section", { blocks: [{ type: "section" as const, text: { type: "mrkdwn" as const, text: "" } }] }],
    [
      "a header that is too long",
      { blocks: [{ type: "header" as const, text: { type: "plain_text" as const, text: "x".repeat(151) } }] },
    ],
    ["actions without elements", { blocks: [{ type: "actions" as const, elements: [] }] }],
    [
      "a button's text that is too long",
      {
        blocks: [
          {
            type: "actions" as const,
            elements: [
              { type: "button" as const, action_id: "a", text: { type: "plain_text" as const, text: "x".repeat(76) } },
            ],
          },
        ],
      },
    ],
    [
      "a table that is too wide",
      {
        blocks: [
          {
            type: "table" as const,
            rows: [Array.from({ length: 21 }, () => ({ type: "raw_text" as const, text: "x" }))],
          },
        ],
      },
    ],
  ])("%s", (_what, payload) => {
    expect(checkLimits(payload)).toHaveLength(1);
  });

  test("a title of a dialogue that is too long", () => {
    expect(checkViewLimits({ type: "modal", blocks: [], title: { text: "x".repeat(25) } })).toHaveLength(1);
  });
});
