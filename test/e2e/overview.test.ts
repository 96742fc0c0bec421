import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createWeb, type Web } from "../../src/web/web.ts";
import { webOptions } from "../web/build.ts";
import { accessibilityFindings, hasChromium, keepPicture, startBrowser } from "./browser.ts";

describe.skipIf(!hasChromium)("overview in Chromium", () => {
  let browser: Browser;
  let web: Web;
  let page: Page;
  let parts: ReturnType<typeof webOptions>;
  const faults: string[] = [];
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    parts = webOptions({ localRole: "admin", links: [{ title: "Slack", href: "/slack" }] });
    web = await createWeb(parts.options);
    page = await browser.newPage({ viewport: { width: 1360, height: 850 }, colorScheme: "light" });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(web.url);
    await page.locator("#services").waitFor();
  });
  afterEach(async () => {
    await page.close();
    await web.close();
    expect(faults.splice(0)).toEqual([]);
  });

  it("shows what is wrong first, at once", async () => {
    const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    console.info(`first content after ${Math.round(Number(paint))} ms`);
    expect(await page.locator(".services li").first().textContent()).toContain("couchdb");
    expect(await page.locator(".group").count()).toBe(3);
    await page.getByText("live", { exact: true }).waitFor();
    await keepPicture(page, "overview-light");
  });

  it.each(["light", "dark"] as const)("has no serious accessibility finding (%s)", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page
      .locator("details")
      .first()
      .evaluate((element) => element.setAttribute("open", ""));
    expect(await accessibilityFindings(page)).toEqual([]);
    await keepPicture(page, `overview-${colorScheme}-details`);
  });

  it("fits a phone without scrolling sideways", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const wide = await page.evaluate(
      "[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > 391 && !e.closest('nav')).map((e) => e.outerHTML.slice(0, 100))",
    );
    expect(wide).toEqual([]);
    await keepPicture(page, "overview-phone");
  });

  it("acknowledges by keyboard, and shows who has it", async () => {
    const button = page.locator("#group-dbs-latency").getByRole("button", { name: "Acknowledge" });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByText("You have it for the next hour.").waitFor();
    await page.locator("#group-dbs-latency").getByText("acknowledged by local").waitFor();
    expect(parts.done).toHaveLength(1);
  });

  it("keeps opened details open while it is renewed", async () => {
    await page.getByText("Why, and what is in it").first().click();
    const renewed = page.waitForResponse("**/api/v1/overview");
    parts.changed("groups");
    await renewed;
    expect(await page.locator("#group-couchdb-down details[open]").count()).toBe(1);
  });

  it("asks for a token where one is needed", async () => {
    await page.route("**/api/v1/**", (route) =>
      route.continue({ headers: { ...route.request().headers(), "x-forwarded-for": "10.0.0.7" } }),
    );
    await page.reload();
    await page.getByLabel("Token").fill("operator-token-0123456789");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("#services").waitFor();
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes("401")));
  });
});
