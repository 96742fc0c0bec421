import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, keepPicture, startBrowser } from "./browser.ts";
import { missingServers, startWholeService } from "./whole-service.ts";

const TOKEN = "token-of-ada-for-this-test";
const SOON = { timeout: 90_000, interval: 500 };
interface AlertmanagerSilence {
  readonly comment: string;
  readonly createdBy: string;
  readonly status: { readonly state: string };
}

const missing = [...missingServers, ...(hasChromium ? [] : ["chromium"])];

describe.skipIf(missing.length > 0)(
  `dashboard on a real Prometheus and Alertmanager${missing.length > 0 ? ` (missing: ${missing})` : ""}`,
  () => {
    let browser: Browser;
    let page: Page;
    let whole: Awaited<ReturnType<typeof startWholeService>>;
    beforeAll(async () => {
      whole = await startWholeService(TOKEN);
      browser = await startBrowser();
      page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    }, 240_000);
    afterAll(async () => {
      await browser?.close();
      await whole?.stop();
    }, 60_000);
    const silences = async () =>
      (await (await fetch(`${whole.alertmanager.url}/api/v2/silences`)).json()) as AlertmanagerSilence[];

    it("lets a visitor of this machine look, and asks for a token before anything is changed", async () => {
      await page.goto(whole.url);
      await page.locator("#services").waitFor();
      await page.getByRole("link", { name: "local, viewer" }).click();
      await page.getByLabel("Token").fill("a wrong one");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("this token is not one of web.tokens").waitFor();
      await page.getByLabel("Token").fill(TOKEN);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("link", { name: "ada, operator" }).waitFor();
    });

    it("shows the anomaly without being asked to, and its metrics with the band", async () => {
      await page.goto(whole.url);
      await page.locator(".group", { hasText: "dbs" }).waitFor({ timeout: 120_000 });
      await page.locator(".service", { hasText: "anomalous" }).click();
      await page.locator(".chart canvas").first().waitFor();
      await expect.poll(() => page.locator(".readout").nth(1).textContent(), SOON).toMatch(/expected/);
      await keepPicture(page, "real-service");
      await page.locator("aside .list a").first().click();
      await page.getByRole("rowheader", { name: "latency" }).waitFor();
    });

    it("acknowledges a group for who signed in", async () => {
      await page.goto(`${whole.url}/alerts`);
      await page.getByRole("button", { name: "Acknowledge" }).click();
      await page.locator(".chip", { hasText: "acknowledged by ada" }).waitFor();
    });

    it("silences in Alertmanager after a preview of what it would hide, and ends it again", async () => {
      await page.goto(`${whole.url}/silences`);
      await page.getByRole("button", { name: "New silence…" }).click();
      await page.getByLabel("Matchers").fill('service="dbs"\nalertname="CMSWebAnomaly"');
      await page.getByText(/Would hide 1 alert now/).waitFor();
      await page.getByLabel("Why").fill("fixed in ten minutes");
      await page.getByRole("dialog").getByRole("button", { name: "Silence" }).click();
      await expect
        .poll(async () => (await silences()).filter(({ comment }) => comment.includes("fixed in ten minutes")), SOON)
        .toMatchObject([{ status: { state: "active" } }]);
      const card = page.locator("article", { hasText: "fixed in ten minutes" });
      await card.getByRole("button", { name: "End it" }).click({ timeout: 60_000 });
      await expect
        .poll(
          async () => (await silences()).find(({ comment }) => comment.includes("fixed in ten minutes"))?.status.state,
          SOON,
        )
        .toBe("expired");
    });

    it("has written down who did what", async () => {
      await page.goto(`${whole.url}/audit`);
      const rows = page.locator("tbody tr", { hasText: "ada" });
      await rows.first().waitFor();
      expect(await rows.count()).toBeGreaterThanOrEqual(3);
      expect(await page.locator("tbody").textContent()).not.toContain(TOKEN);
    });
  },
);
