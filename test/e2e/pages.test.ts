import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { judgeSimulatedRun } from "../../src/demo/dqm/run.ts";
import { createDqmRecord } from "../../src/dqm/service/record.ts";
import { transfersOverview } from "../../src/transfers/alerts/overview.ts";
import { createWebDqm } from "../../src/web/dqm.ts";
import type { WebSources } from "../../src/web/sources.ts";
import { toTransfersView } from "../../src/web/transfer-views.ts";
import { createWeb, type Web } from "../../src/web/web.ts";
import { memoryDqmStore } from "../dqm/service/fakes.ts";
import { overrule } from "../store/dqm-contract.ts";
import { AT, incident, ticket } from "../transfers/alerts/samples.ts";
import { transfer } from "../transfers/model/samples.ts";
import { webOptions } from "../web/build.ts";
import { accessibilityFindings, hasChromium, keepPicture, startBrowser } from "./browser.ts";

/** Patience for machines that do much besides. */
const SOON = { timeout: 20_000, interval: 200 };

/** Milliseconds. */
const FIRST_CONTENT = 1000;

const PAGES = [
  ["service", "/services/dbs", "dbs Dataset bookkeeping"],
  ["alerts", "/alerts", "Alerts"],
  ["alerts-by", "/alerts?filter=severity%3D%22high%22&by=namespace", "Alerts"],
  ["anomalies", "/anomalies", "Anomalies"],
  ["anomaly", "/anomalies/an-1", "dbs: point anomaly"],
  ["silences", "/silences", "Silences"],
  ["oncall", "/oncall", "On call"],
  ["models", "/models", "Models3"],
  ["noise", "/noise", "Noise"],
  ["audit", "/audit", "Audit log"],
  ["sign-in", "/sign-in", "Sign in"],
  ["runbook", "/runbooks/dbs-down", "DBS does not answer"],
  ["dqm", "/dqm", "Data quality"],
  ["run", "/dqm/383996", "Run 383996"],
  ["transfers", "/transfers", "Transfers"],
] as const;

/** A judged run with a person's word on it, and transfers of which some are slow. */
async function dqmAndTransfers(): Promise<Pick<WebSources, "dqm" | "transfers">> {
  const store = memoryDqmStore();
  await store.dqm.saveRun(await judgeSimulatedRun(383_996, new Date()));
  await store.dqm.saveOverrule(overrule("a", { run: 383_996, first: 5, last: 6 }));
  const desk = createDqmRecord({ store, clock: () => new Date(), newId: () => "x" });
  const top = [{ transfer: transfer({ duration: 4000 }), endedAt: AT, expected: 30, upper: 90, score: 4 }];
  const model = { name: "shrinkage", version: "0123456789ab" };
  const known = {
    state: "watching",
    note: null,
    model,
    judged: 100,
    rate: 0.005,
    threshold: 2.3,
    cleaned: {},
  } as const;
  const overview = { ...known, open: [incident()], closed: [], top };
  return {
    dqm: createWebDqm(desk),
    transfers: async (about) => toTransfersView(transfersOverview(overview, [ticket()], about)),
  };
}

describe.skipIf(!hasChromium)("pages in Chromium", () => {
  let browser: Browser;
  let web: Web;
  let page: Page;
  let parts: ReturnType<typeof webOptions>;
  const faults: string[] = [];
  beforeAll(async () => {
    browser = await startBrowser();
    parts = webOptions({ localRole: "admin", links: [{ title: "Slack", href: "/slack" }] });
    const sources = { ...parts.options.sources, ...(await dqmAndTransfers()) };
    web = await createWeb({ ...parts.options, sources });
    page = await browser.newPage({ viewport: { width: 1360, height: 850 }, colorScheme: "light" });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  });
  afterAll(async () => {
    await browser.close();
    await web.close();
  });
  afterEach(() => {
    expect(faults.splice(0)).toEqual([]);
  });
  const open = async (path: string, heading: string) => {
    await page.goto(`${web.url}${path}`);
    await page.locator("h1", { hasText: heading.split(" ")[0] ?? heading }).waitFor();
  };

  it.each(PAGES)(
    "%s has its own address, no serious accessibility finding, and fits a phone",
    async (name, path, heading) => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await open(path, heading);
        expect(((await page.locator("h1").textContent()) ?? "").replace(/\s+/g, " ").trim()).toBe(heading);
        expect(await accessibilityFindings(page)).toEqual([]);
        await keepPicture(page, `${name}-${colorScheme}`);
      }
      await page.setViewportSize({ width: 390, height: 844 });
      const wide = await page.evaluate(
        "[...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > 391 && !e.closest('.scroll, .lane-track, pre')).map((e) => e.outerHTML.slice(0, 100))",
      );
      expect(wide).toEqual([]);
      await keepPicture(page, `${name}-phone`);
      await page.setViewportSize({ width: 1360, height: 850 });
      await page.emulateMedia({ colorScheme: "light" });
    },
  );

  it("has its first content in under a second on this machine, every page", async () => {
    const times: Record<string, number> = {};
    for (const [name, path] of [["overview", "/"] as const, ...PAGES]) {
      const loads: number[] = [];
      // Other work on the machine may delay one load, not the quickest of several.
      while (loads.length < 8 && !(Math.min(...loads) < FIRST_CONTENT)) {
        loads.push(await firstContent(path));
      }
      times[name] = Math.round(Math.min(...loads));
    }
    console.info("first content after ms:", JSON.stringify(times));
    expect(Object.entries(times).filter(([, time]) => time >= FIRST_CONTENT)).toEqual([]);
  }, 240_000);

  /** Milliseconds from the request until the page has its heading and is painted, in a browser without a cache. */
  async function firstContent(path: string): Promise<number> {
    const fresh = await browser.newContext({ viewport: { width: 1360, height: 850 } });
    try {
      const tab = await fresh.newPage();
      await tab.addInitScript(`new MutationObserver(() => {
        if (globalThis.drawnAt === undefined && document.querySelector("main h1")) {
          requestAnimationFrame(() => { globalThis.drawnAt = performance.now(); });
        }
      }).observe(document, { childList: true, subtree: true })`);
      await tab.goto(`${web.url}${path}`);
      // Not waitForFunction: it evaluates its text inside the page when it tries again, which our policy refuses.
      const drawnAt = (): Promise<unknown> => tab.evaluate("globalThis.drawnAt ?? null");
      await expect.poll(drawnAt, SOON).not.toBeNull();
      return Number(await drawnAt());
    } finally {
      await fresh.close();
    }
  }

  it("has all pages within reach at any width: what the row has no room for is in a menu", async () => {
    const names = ["Alerts", "Anomalies", "Audit", "Data quality", "Models", "Noise", "On call", "Overview"];
    const more = page.getByRole("button", { name: "More" });
    for (const width of [1900, 1360, 1000, 700, 390]) {
      await page.setViewportSize({ width, height: 850 });
      await open("/noise", "Noise");
      if (await more.isVisible()) {
        await more.click();
      }
      const shown = page.locator("#tabs a:visible");
      expect((await shown.allTextContents()).sort()).toEqual([...names, "Silences", "Slack", "Transfers"]);
      const boxes = await Promise.all((await shown.all()).map((link) => link.boundingBox()));
      expect(boxes.filter((box) => box === null || box.x < 0 || box.x + box.width > width)).toEqual([]);
      expect(await page.locator("#tabs .shown [aria-current=page]").textContent()).toBe("Noise");
      expect(await accessibilityFindings(page)).toEqual([]);
      expect(await more.isVisible()).toBe(width < 1900);
    }
    await page.setViewportSize({ width: 1360, height: 850 });
  });

  it("has that menu by keyboard: Enter opens it, Tab walks it, Escape and leaving close it", async () => {
    await page.setViewportSize({ width: 700, height: 850 });
    await open("/silences", "Silences");
    const more = page.getByRole("button", { name: "More" });
    const isOpen = () => more.getAttribute("aria-expanded");
    await more.press("Enter");
    expect(await isOpen()).toBe("true");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.closest('#more-pages') !== null")).toBe(true);
    await page.keyboard.press("Escape");
    expect(await isOpen()).toBe("false");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("More");
    await more.press("Enter");
    await page.locator("#more-pages").getByRole("link", { name: "Audit" }).press("Enter");
    await page.locator("h1", { hasText: "Audit log" }).waitFor();
    expect(await page.locator("#tabs .shown [aria-current=page]").textContent()).toBe("Audit");
    await more.press("Enter");
    await page.getByRole("heading", { level: 1 }).click();
    expect(await isOpen()).toBe("false");
    await page.setViewportSize({ width: 1360, height: 850 });
  });

  it("says how old its data is, on every page", async () => {
    for (const [, path, heading] of PAGES.filter(([name]) => name !== "sign-in")) {
      await open(path, heading);
      await expect.poll(() => page.locator("#age").textContent(), SOON).toMatch(/^data \d+ (s|min) old$/);
    }
  });

  it("says so where Alertmanager could not be read, and how old what is shown is", async () => {
    const at = new Date(Date.now() - 600_000).toISOString();
    await page.route("**/api/v1/groups?*", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...(await answer.json()), asOf: { at, caveat: "connection refused" } } });
    });
    await open("/alerts", "Alerts");
    await page.getByText("Alertmanager cannot be read: connection refused").waitFor();
    await page.unrouteAll({ behavior: "wait" });
  });

  it("draws the metrics, and reads out the value under the pointer", async () => {
    await open("/services/dbs", "dbs");
    const chart = page.locator(".chart .u-over").first();
    await chart.waitFor();
    expect(await page.locator(".chart canvas").count()).toBe(4);
    await expect.poll(() => page.locator(".readout").nth(1).textContent(), SOON).toMatch(/\d+ ms \(expected \d+/);
    await chart.hover();
    await expect.poll(() => page.locator(".readout").first().textContent(), SOON).toMatch(/^\d\d:\d\d:\d\d .*\/s/);
  });

  it("goes to another range and back without loading again", async () => {
    await open("/services/dbs", "dbs");
    await page.evaluate("globalThis.stayed = true");
    await page.getByRole("link", { name: "1 d" }).click();
    await page.locator(".choices [aria-current]", { hasText: "1 d" }).waitFor();
    await page.goBack();
    await page.locator(".choices [aria-current]", { hasText: "3 h" }).waitFor();
    expect(await page.evaluate("globalThis.stayed")).toBe(true);
  });

  it("silences with a preview, by keyboard", async () => {
    await open("/alerts", "Alerts");
    await page.locator("#group-dbs-latency").getByRole("button", { name: "Silence…" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("alerts now").waitFor();
    await keepPicture(page, "silence-dialog");
    await dialog.getByLabel("Matchers").fill('service="dbs"');
    await dialog.getByText("This hides all alerts of a service.").waitFor();
    await dialog.getByLabel("Why").fill("known and being fixed");
    await page.keyboard.press("Enter");
    await page.getByText("Done.").waitFor();
    expect(parts.done.at(-1)?.action).toEqual({
      kind: "silence",
      matchers: ['service="dbs"'],
      minutes: 60,
      reason: "known and being fixed",
    });
  });

  it("filters alerts by matchers that stay in the address", async () => {
    await open("/alerts", "Alerts");
    await page.getByLabel("Matchers").fill('service="dbs"');
    await page.getByLabel("Matchers").press("Enter");
    await expect.poll(() => page.locator(".group").count(), SOON).toBe(1);
    expect(page.url()).toContain("filter=service%3D%22dbs%22");
  });

  it("says of an anomaly what moved first, where the cause may be and why it is taken less seriously", async () => {
    await open("/anomalies/an-1", "dbs");
    await page.getByText(/latency moved first, at .*: 310 ms, usually 70 ms/).waitFor();
    await page.getByText("it went wrong 40 s before, and dbs needs it").waitFor();
    await page.getByText("OTG0054345 covers it in time and system").waitFor();
    expect(await page.getByText("1 of 8").count()).toBe(1);
  });

  it("takes feedback on an anomaly, and ends a silence of ours only", async () => {
    await open("/anomalies/an-1", "dbs");
    await page.getByLabel("Not an anomaly, because").fill("planned test");
    await page.getByRole("button", { name: "Say so" }).click();
    await page.getByText("Done.").waitFor();
    expect(parts.done.at(-1)?.action).toEqual({ kind: "not-anomaly", anomaly: "an-1", reason: "planned test" });
    await open("/silences", "Silences");
    expect(await page.getByRole("button", { name: "End it" }).count()).toBe(1);
    await page.getByRole("button", { name: "End it" }).click();
    await expect.poll(() => parts.done.at(-1)?.action, SOON).toMatchObject({ kind: "expire-silence", silence: "s-1" });
  });
});
