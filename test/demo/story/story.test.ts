import fastify from "fastify";
import { beforeEach, describe, expect, it } from "vitest";
import type { Alert } from "../../../src/alert/alert.ts";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import type { AlertGroup } from "../../../src/alert/group.ts";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import { createSimulation } from "../../../src/demo/cmsweb/simulation.ts";
import { registerStory } from "../../../src/demo/story/routes.ts";
import { createStory, type Story, type StoryParts, type StoryPlace } from "../../../src/demo/story.ts";
import { asActive } from "../../../src/intelligence/pipeline.ts";
import { type CurrentState, createCurrentState } from "../../../src/status/current-state.ts";

const NOW = new Date("2026-06-15T12:00:00Z");

/** A story in a world whose models are all trained. */
function stage(more: Partial<StoryParts> = {}) {
  const current = createCurrentState(60_000);
  const sent: Alert[] = [];
  const tickets: unknown[] = [];
  const kept: { place?: StoryPlace } = {};
  const simulation = createSimulation({ catalogue: loadCatalogue(null), seed: 1 });
  const story = createStory({
    simulation,
    current,
    board: {
      ggusUrl: "",
      ssbUrl: "",
      addTickets: (list) => tickets.push(...list),
      addOutage: (outage) => {
        tickets.push(outage);
        return "OTG1";
      },
      state: () => ({ tickets: [], outages: [] }),
      close: async () => {},
    },
    rucio: { slow: () => "T1_DE_Site1_Disk" },
    judgeRun: async (now) => ({ labels: { tag: "dqm" }, annotations: {}, startsAt: now, endsAt: null }),
    progress: () => ({ done: 1, total: 1, entity: null }),
    send: async (alerts) => void sent.push(...alerts),
    clock: () => NOW,
    before: null,
    keep: async ({ place }) => {
      kept.place = place;
    },
    ...more,
  });
  return { story, current, sent, tickets, kept, simulation };
}

function scored(current: CurrentState, service: string, state: "ok" | "anomalous" | "learning" = "ok"): void {
  const view = { entity: service, service, note: null, score: 1, threshold: 4, detector: "aefc", modelVersion: "1" };
  current.setEntity({ ...view, state, at: NOW });
}

describe("the demo's story", () => {
  let world: ReturnType<typeof stage>;
  let story: Story;
  beforeEach(() => {
    world = stage();
    story = world.story;
  });

  it("waits for the first model, then begins by itself", async () => {
    await story.advance();
    expect(story.view().now).toMatchObject({ id: "point", found: false, status: expect.stringMatching(/^Waits for/) });
    scored(world.current, "dbs");
    await story.advance();
    expect(world.simulation.injections()).toMatchObject([{ service: "dbs", kind: "point" }]);
    await story.advance();
    expect(world.simulation.injections()).toHaveLength(1);
  });

  it("says what cmswatch found, and how soon", async () => {
    scored(world.current, "dbs");
    await story.advance();
    const openedAt = new Date(NOW.getTime() + 10_000);
    world.current.anomalies.set([{ service: "dbs", kind: "point", class: "performance", openedAt } as Anomaly], NOW);
    expect(story.view().now.status).toBe("Found as a point anomaly (performance), 10 s after it began.");
    world.current.anomalies.set(
      [{ service: "dbs", kind: "collective", class: "performance", openedAt } as Anomaly],
      NOW,
    );
    expect(story.view().now.status).toContain("(performance), 10 s after it began. Meant to be point");
  });

  it("tells all eight steps with next, each with its purpose and where to look, and stays at the last", async () => {
    for (const name of ["dbs", "frontend", "couchdb"]) {
      scored(world.current, name);
    }
    await story.advance();
    const seen = [story.view()];
    while (seen.at(-1)?.next !== null) {
      seen.push(await story.next());
    }
    expect(seen.map(({ now }) => now.id)).toEqual([
      "point",
      "contextual",
      "collective",
      "node-down",
      "intervention",
      "tickets",
      "transfers",
      "lumisections",
    ]);
    expect(seen.filter(({ now }) => now.purpose.length < 40 || now.look.length < 40)).toEqual([]);
    expect(seen.map(({ now }) => now.page).filter((page) => !page.startsWith("/") || page.includes("{"))).toEqual([]);
    expect((await story.next()).now.id).toBe("lumisections");
    expect(world.tickets).toHaveLength(11);
    expect(world.sent.filter(({ labels }) => labels["node"] !== undefined)).toHaveLength(15);
  });

  it("chooses a service that is well, and waits where none is", async () => {
    scored(world.current, "frontend", "anomalous");
    scored(world.current, "confdb");
    expect((await story.tell("contextual")).now).toMatchObject({ page: "/services/confdb" });
    expect(world.simulation.injections()).toMatchObject([{ service: "confdb", kind: "contextual" }]);
    scored(world.current, "confdb", "anomalous");
    expect((await story.tell("collective")).now.status).toMatch(/^Waits for a model of couchdb/);
  });

  it("counts a storm's groups", async () => {
    await story.tell("node-down");
    const alerts = world.sent.map((alert) => asActive(alert, NOW));
    world.current.groups.set([{ state: "firing", alerts } as unknown as AlertGroup], NOW);
    expect(story.view().now.status).toBe("15 alerts have become one group: one message, one page.");
    await story.advance();
    world.current.groups.set([], NOW);
    expect(story.view().now).toMatchObject({ found: true, status: expect.stringContaining("one group") });
    const again = stage({ before: world.kept.place ?? null }).story;
    expect(again.view().now).toMatchObject({ id: "node-down", found: true });
  });

  it("goes on where it was after a restart", async () => {
    await story.tell("tickets");
    const again = stage({ before: world.kept.place ?? null }).story;
    expect(again.view().now).toMatchObject({ id: "tickets", number: 6 });
  });

  it("is told over HTTP: any step by its name, and an unknown one is named", async () => {
    const app = fastify();
    let telling: Story | null = null;
    registerStory(app, () => telling);
    expect((await app.inject("/demo/story")).statusCode).toBe(503);
    telling = story;
    const answer = await app.inject({ method: "POST", url: "/demo/story/steps/tickets" });
    expect(answer.json()).toMatchObject({ now: { id: "tickets" }, next: "Slow transfers" });
    const wrong = await app.inject({ method: "POST", url: "/demo/story/steps/nosuch" });
    expect([wrong.statusCode, wrong.body]).toEqual([404, expect.stringContaining("node-down")]);
    expect((await app.inject({ method: "POST", url: "/demo/story/next" })).json()).toMatchObject({
      now: { id: "transfers" },
    });
    await app.close();
  });
});
