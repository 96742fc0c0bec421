import { describe, expect, it } from "vitest";
import { configSchema } from "../../../src/config/schema.ts";
import { createLearnedDesk } from "../../../src/intelligence/learned/desk.ts";
import { fitSeverityGuess } from "../../../src/intelligence/learned/guesser.ts";
import { createPipeline } from "../../../src/intelligence/pipeline.ts";
import type { AlertChange, Feedback } from "../../../src/store/store.ts";
import { activeAlert, catalogue, NOW } from "../support.ts";

const DAY = 86_400_000;
const fired = (labels: Record<string, string>, description: string): AlertChange => ({
  fingerprint: "0",
  at: NOW,
  state: "firing",
  labels,
  annotations: { description },
  groupId: null,
  actor: null,
});
const past = Array.from({ length: 60 }, (_, at) =>
  at % 2 === 0
    ? fired(
        { alertname: `Gateway ${at} down`, severity: "critical", service: "dbs", tag: "cmsweb" },
        "it is down and does not answer",
      )
    : fired(
        { alertname: `Disk ${at} usage high`, severity: "warning", service: "couchdb", tag: "k8s" },
        "usage of the disk is above 80%",
      ),
);
const word = (severity: string, at = NOW, revokedAt: Date | null = null): Feedback => ({
  id: severity,
  at,
  by: "Ann",
  kind: "wrong-severity",
  subject: "g",
  details: { alertname: "QueueFull", service: "dbs", severity },
  revokedAt,
});

function deskOf(feedback: { words: readonly Feedback[] | Error }) {
  let now = NOW;
  const fits: number[] = [];
  const told: string[] = [];
  const desk = createLearnedDesk({
    history: { since: async () => past },
    feedback: {
      list: async () => {
        if (feedback.words instanceof Error) {
          throw feedback.words;
        }
        return feedback.words;
      },
    },
    catalogue,
    keywordServices: ["GGUS"],
    fit: async (examples) => {
      fits.push(examples.length);
      return fitSeverityGuess(examples);
    },
    clock: () => now,
    tell: (what) => told.push(what),
  });
  const look = async (after = 0) => {
    now = new Date(now.getTime() + after);
    await desk.refresh();
    await desk.settled();
  };
  return { desk, fits, told, look };
}

describe("what is learnt", () => {
  it("fills in severity, service and kind where an alert says nothing, and says why", async () => {
    const { desk, look } = deskOf({ words: [] });
    await look();
    const pipeline = createPipeline(configSchema.parse({}), { catalogue, learned: desk });
    const alert = activeAlert(
      { alertname: "Gateway 7 down" },
      { annotations: { description: "it is down and does not answer" } },
    );
    const { items, groups } = pipeline.run([alert], NOW);
    const [item] = items;
    expect([item?.labels["severity"], item?.annotations["probable_tag"]]).toEqual(["critical", "cmsweb"]);
    expect(item?.annotations["probable_service"]).toBe("dbs");
    expect([groups[0]?.service, groups[0]?.owners]).toEqual(["dbs", catalogue.find("dbs")?.owners]);
    expect(item?.reasons.map(({ stage }) => stage)).toEqual(["severity", "classify", "group"]);
    const strange = activeAlert({ alertname: "Zwiebel" }, { annotations: { description: "kuchen" } });
    const [left] = pipeline.run([strange], NOW).items;
    expect([left?.labels["severity"], left?.annotations["probable_service"]]).toEqual([undefined, undefined]);
  });

  it("takes a person's word on a severity at once, the newest, until it is taken back", async () => {
    const feedback = { words: [word("warning")] };
    const { desk, look } = deskOf(feedback);
    const pipeline = createPipeline(configSchema.parse({}), { catalogue, learned: desk });
    const severityOf = (service: string) => {
      const alert = activeAlert({ alertname: "QueueFull", service, severity: "critical" });
      const [item] = pipeline.run([alert], NOW).items;
      return [item?.labels["severity"], item?.reasons.find(({ stage }) => stage === "severity")?.text];
    };
    await look();
    expect(severityOf("dbs")).toEqual([
      "warning",
      "Ann said on 2026-11-21 that such alerts are warning".replace("2026-11-21", NOW.toISOString().slice(0, 10)),
    ]);
    expect(severityOf("couchdb")).toEqual(["critical", undefined]);
    feedback.words = [word("warning"), word("high", new Date(NOW.getTime() + 1000))];
    await look();
    expect(severityOf("dbs")[0]).toBe("high");
    feedback.words = feedback.words.map((one) => ({ ...one, revokedAt: NOW }));
    await look();
    expect(severityOf("dbs")[0]).toBe("critical");
  });

  it("learns again each day, and soon after people said something, but not one by one", async () => {
    const feedback = { words: [] as Feedback[] };
    const { fits, look } = deskOf(feedback);
    await look();
    await look(60_000);
    feedback.words = [word("high")];
    await look(60_000);
    expect(fits.length).toBe(1);
    await look(10 * 60_000);
    expect(fits.length).toBe(2);
    await look(DAY);
    expect(fits.length).toBe(3);
  });

  it("keeps the last corrections when they cannot be read", async () => {
    const feedback: { words: readonly Feedback[] | Error } = { words: [word("high")] };
    const { desk, told, look } = deskOf(feedback);
    await look();
    feedback.words = new Error("connection refused");
    await look();
    expect(desk.correction({ labels: { alertname: "QueueFull", service: "dbs" } })?.severity).toBe("high");
    expect(told.at(-1)).toContain("cannot be read");
  });
});
