import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Labels } from "../../../src/alert/alert.ts";
import { createGrouper } from "../../../src/intelligence/grouping/grouper.ts";
import { groupEvents } from "../../../src/intelligence/grouping/replay.ts";
import type { GroupingEvent } from "../../../src/intelligence/grouping/types.ts";
import { catalogue } from "../support.ts";

const T = 1_715_000_000;
const event = (t: number, labels: Labels, annotations: Labels = {}): GroupingEvent => ({
  t: T + t,
  labels,
  annotations,
});
const alert = (t: number, alertname: string, labels: Labels = {}) => event(t, { alertname, ...labels });
const ticket = (t: number, id: number, Site: string, Subject: string) =>
  event(t, { alertname: `ggus-${id}`, service: "GGUS", Site }, { Subject });
const group = (events: readonly GroupingEvent[]) => groupEvents(events, { catalogue });
const sizes = (events: readonly GroupingEvent[]) => {
  const rows = group(events);
  return [...new Set(rows.map((row) => row.groupId))].map((id) => rows.filter((row) => row.groupId === id).length);
};

describe("tickets", () => {
  it("of one site about its storage, in different words, are one group with the first as its root", () => {
    const rows = group([
      ticket(0, 1, "T1_DE_KIT", "SAM SE tests failing at T1_DE_KIT"),
      ticket(600, 2, "T1_DE_KIT", "gfal-copy hangs after connecting to the storage"),
      ticket(7000, 3, "T1_DE_KIT", "Transfers from T1_DE_KIT to T2_US_Purdue are failing"),
    ]);
    expect(new Set(rows.map((row) => row.groupId)).size).toBe(1);
    expect(rows.map((row) => row.isRoot)).toEqual([true, false, false]);
  });

  it.each([
    ["of another site", ticket(600, 2, "T2_IT_Pisa", "gfal-copy hangs")],
    ["about accounting", ticket(600, 2, "T1_DE_KIT", "APEL accounting not published by T1_DE_KIT")],
    ["about compute", ticket(600, 2, "T1_DE_KIT", "Pilots cannot start, glidein factory reports them held")],
    ["hours later", ticket(5 * 3600, 2, "T1_DE_KIT", "SRM timeouts")],
  ])("%s stay apart", (_, other) => {
    expect(sizes([ticket(0, 1, "T1_DE_KIT", "Transfers to T1_DE_KIT fail"), other])).toEqual([1, 1]);
  });

  it("that name the same host belong together whatever they are about", () => {
    expect(
      sizes([
        ticket(0, 1, "T2_X", "Something odd with se01.example.org"),
        ticket(60, 2, "T2_X", "Error on se01.example.org again"),
      ]),
    ).toEqual([2]);
  });
});

describe("a node that goes down", () => {
  const storm = [
    alert(0, "DBS service is down", { service: "dbs", node: "n1" }),
    alert(4, "KubernetesNodeReady", { node: "n1" }),
    alert(9, "DAS service is down", { service: "das", node: "n1" }),
    alert(60, "PodRestarts", { pod: "couchdb-1", node: "n1" }),
  ];

  it("is one group, and the node is its root even when it was reported late", () => {
    const rows = group(storm);
    expect(new Set(rows.map((row) => row.groupId)).size).toBe(1);
    expect(rows.findIndex((row) => row.isRoot)).toBe(1);
  });

  it("does not draw in other nodes or later troubles", () => {
    expect(
      sizes([
        ...storm,
        alert(70, "KubernetesJobFailed", { node: "n2" }),
        alert(4000, "KubernetesJobFailed", { node: "n1" }),
      ]),
    ).toEqual([4, 1, 1]);
  });

  it("is seen without a node alert too, when many services of one node fail together", () => {
    const names = ["DBS service is down", "DAS service is down", "reqmon is down", "wmarchive service is down"];
    expect(
      sizes(
        names.map((name, index) =>
          alert(10 * index, name, { service: ["dbs", "das", "reqmon", "wmarchive"][index] ?? "", node: "n1" }),
        ),
      ),
    ).toEqual([4]);
  });
});

describe("several nodes that go down", () => {
  const down = (t: number, node: string, rack: Labels = {}) => [
    alert(t, "KubernetesNodeReady", { node, ...rack }),
    alert(t + 5, "DBS service is down", { service: "dbs", node, pod: `dbs-${node}` }),
    alert(t + 9, "DAS service is down", { service: "das", node, pod: `das-${node}` }),
  ];
  const inOrder = (events: readonly GroupingEvent[]) => events.toSorted((left, right) => left.t - right.t);

  it("within three minutes are one group, with the first as its root, and one more joins", () => {
    const rows = group(inOrder([...down(0, "n1"), ...down(40, "n2"), ...down(80, "n3"), ...down(200, "n4")]));
    expect(new Set(rows.map((row) => row.groupId)).size).toBe(1);
    expect(rows.findIndex((row) => row.isRoot)).toBe(0);
    expect(rows.at(-1)?.reason).toContain("n4");
  });

  it("stay apart when they are only two, unless they hang on one rack", () => {
    expect(sizes(inOrder([...down(0, "n1"), ...down(40, "n2")]))).toEqual([3, 3]);
    const rack = { rack: "r12" };
    expect(sizes(inOrder([...down(0, "n1", rack), ...down(40, "n2", rack)]))).toEqual([6]);
    expect(sizes(inOrder([...down(0, "n1", rack), ...down(40, "n2", { rack: "r13" })]))).toEqual([3, 3]);
  });

  it("stay apart when hours lie between them", () => {
    expect(sizes(inOrder([...down(0, "n1"), ...down(4000, "n2"), ...down(8000, "n3")]))).toEqual([3, 3, 3]);
  });
});

describe("losses all over", () => {
  const services = ["dbs", "das", "couchdb", "reqmgr2", "wmarchive", "tfaas"];
  const losses = (from: number) =>
    services.map((service, at) =>
      alert(from + 10 * at, `${service} has no data`, { service, node: `n${at}`, pod: `${service}-${at}` }),
    );

  it("at once are trouble of the network, and further ones join while they come", () => {
    const rows = group([...losses(0), alert(120, "proxy is lost", { service: "frontend", node: "n9" })]);
    expect(new Set(rows.map((row) => row.groupId)).size).toBe(1);
    expect(rows[4]?.reason).toContain("no node or service explains them");
  });

  it("are none when they come one by one", () => {
    const slow = services.map((service, at) => alert(900 * at, `${service} has no data`, { service, node: `n${at}` }));
    expect(sizes(slow)).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe("a service that fails", () => {
  const storm = [
    alert(0, "DBS service is down", { service: "dbs", node: "n1" }),
    alert(5, "DBS service has no cpu activity", { service: "dbs", node: "n2" }),
    alert(9, "DBS service is down", { service: "dbs", node: "n3" }),
    alert(15, "DBS service has high number of fds", { service: "dbs", node: "n4" }),
    alert(60, "DAS service is down", { service: "das", node: "n5" }),
  ];

  it("takes with it what depends on it, and its first sign is the root", () => {
    const rows = group(storm);
    expect(new Set(rows.map((row) => row.groupId)).size).toBe(1);
    expect(rows.findIndex((row) => row.isRoot)).toBe(0);
    expect(rows.at(-1)?.reason).toBe("das depends on dbs, which is in trouble");
  });

  it("leaves alone what does not depend on it", () => {
    expect(sizes([...storm, alert(61, "wmarchive high cpu usage", { service: "wmarchive", node: "n6" })])).toEqual([
      5, 1,
    ]);
  });

  it("does not make a storm of two alerts", () => {
    expect(sizes(storm.slice(0, 2))).toEqual([1, 1]);
  });
});

describe("an alert that fires again", () => {
  it("at its own pace is one group, the first firing included", () => {
    const hours = [0, 3, 6.5, 9, 12.5];
    expect(sizes(hours.map((hour) => alert(3600 * hour, "KubernetesOutOfDisk", { node: "n8" })))).toEqual([5]);
  });

  it("after a day is a new group", () => {
    expect(sizes([0, 86_400].map((t) => alert(t, "KubernetesOutOfDisk", { node: "n8" })))).toEqual([1, 1]);
  });

  it("with another random label is still the same alert", () => {
    const rows = groupEvents(
      [0, 60].map((t) => alert(t, "A", { uuid: String(t) })),
      { catalogue, ignoredLabels: ["uuid"] },
    );
    expect(new Set(rows.map((row) => row.groupId)).size).toBe(1);
  });
});

describe("an announced network intervention", () => {
  const outage = (text: string): GroupingEvent => ({
    t: T,
    labels: { alertname: "ssb-OTG1", service: "SSB" },
    annotations: { shortDescription: text },
    startsAt: T + 43_200,
    endsAt: T + 50_000,
  });
  const loss = (t: number, node: string) => alert(43_200 + t, "KubernetesApiClientErrors", { node });

  it("takes losses on the nodes it names, from its start to its end", () => {
    const named = outage("Router upgrade, node-03 to node-05");
    const events = [named, loss(60, "node-04"), loss(600, "node-09"), loss(20_000, "node-04")];
    expect(sizes(events)).toEqual([2, 1, 1]);
  });

  it("that names none needs several losses at once, and is the root", () => {
    const unnamed = outage("Switch replacement in the data centre");
    expect(sizes([unnamed, loss(60, "a")])).toEqual([1, 1]);
    const rows = group([unnamed, ...["a", "b", "c", "d", "e"].map((node, index) => loss(30 * index, node))]);
    expect(new Set(rows.map((row) => row.groupId)).size).toBe(1);
    expect(rows.findIndex((row) => row.isRoot)).toBe(0);
  });

  it.each(["Wi-Fi access point replacement", "Telephone exchange maintenance"])(
    "of the office network takes nothing: %s",
    (text) => {
      expect(sizes([outage(text), ...["a", "b", "c", "d", "e"].map((node, index) => loss(30 * index, node))])[0]).toBe(
        1,
      );
    },
  );
});

describe("the grouper", () => {
  it("continues from its saved state as if nothing had happened", () => {
    const names = fc.constantFrom("A is down", "B restarts", "KubernetesNodeReady", "C");
    const arbitrary = fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 4000 }),
        name: names,
        node: fc.constantFrom("n1", "n2", "n3"),
        service: fc.constantFrom("dbs", "das", "couchdb"),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(arbitrary, fc.nat(40), (steps, cut) => {
        let t = 0;
        const events = steps.map(({ gap, name, node, service }) => {
          t += gap;
          return alert(t, name, { node, service });
        });
        const whole = createGrouper({ catalogue });
        let split = createGrouper({ catalogue });
        events.forEach((entry, index) => {
          if (index === cut) {
            split = createGrouper({ catalogue, state: JSON.parse(JSON.stringify(split.state())) });
          }
          expect(split.add(entry)).toEqual(whole.add(entry));
        });
      }),
      { numRuns: 50 },
    );
  });
});
