import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, keepPicture, startBrowser } from "./browser.ts";

/** What a newcomer sees of `npm start`, in order; the second start comes last. */
describe.skipIf(!hasChromium)(`the demo${hasChromium ? "" : " (Chromium is missing)"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-demo-"));
  let program: ChildProcess;
  let browser: Browser;
  let page: Page;
  let output = "";

  async function start(): Promise<string> {
    output = "";
    program = spawn(process.execPath, [resolve("dist/main.js"), "demo", "--port", "0"], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    program.stdout?.on("data", (text) => {
      output += text;
    });
    program.stderr?.on("data", (text) => {
      output += text;
    });
    for (let waited = 0; waited < 90_000; waited += 100) {
      const url = /open\s+(http:\S+)/.exec(output)?.[1];
      if (url !== undefined) {
        return url;
      }
      await sleep(100);
    }
    throw new Error(`no address within 90 s:\n${output}`);
  }

  async function stop(): Promise<number | null> {
    const ended = once(program, "exit");
    program.kill("SIGINT");
    const [code] = (await ended) as [number | null];
    return code;
  }

  beforeAll(async () => {
    execFileSync(process.execPath, [resolve("scripts/build.mjs")], { stdio: "pipe" });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1500, height: 950 } });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    program?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const dashboard = (): FrameLocator => page.frameLocator('iframe[title^="Dashboard"]');
  const slack = (): FrameLocator => page.frameLocator('iframe[title^="Emulated"]');

  it("shows services with scores, then an anomaly of dbs, its alert and its message in Slack", async () => {
    await page.goto(await start());
    await dashboard().getByText("Dataset bookkeeping").first().waitFor({ timeout: 90_000 });
    await dashboard()
      .getByText(/dbs .*usual/)
      .first()
      .waitFor({ timeout: 120_000 });
    const message = slack().getByRole("log", { name: "Messages" }).first();
    await message.getByText(/dbs/).first().waitFor({ timeout: 30_000 });
    await slack().getByRole("button", { name: "Acknowledge" }).first().waitFor();
    await keepPicture(page, "demo-alert");
  }, 240_000);

  it("answers /anomaly status dbs, with a picture", async () => {
    await slack().getByLabel("Message or command").fill("/anomaly status dbs");
    await slack().getByRole("button", { name: "Send" }).click();
    await slack()
      .getByText(/is DEGRADED/)
      .first()
      .waitFor({ timeout: 30_000 });
    await keepPicture(page, "demo-status");
  }, 60_000);

  it("acknowledges by the button, and the dashboard shows it", async () => {
    await slack()
      .getByRole("button", { name: /^Acknowledge/ })
      .first()
      .click();
    await dashboard().getByText("acknowledged").first().waitFor({ timeout: 30_000 });
    await keepPicture(page, "demo-acknowledged");
  }, 60_000);

  it("has told the person on call by a direct message", async () => {
    await slack().locator("#dms button, #dms a").first().click();
    await slack().getByText(/paged/i).first().waitFor({ timeout: 30_000 });
    await keepPicture(page, "demo-page");
  }, 60_000);

  it("tells the next steps of its story by the button and by the keyboard", async () => {
    await page.getByText("A point anomaly").first().waitFor();
    await page.getByLabel("Step 4: A node dies").click();
    await page.getByText("15 alerts have become one group: one message, one page.").waitFor({ timeout: 30_000 });
    await dashboard()
      .getByText(/cmsweb-node-7 is down/)
      .first()
      .waitFor({ timeout: 30_000 });
    await keepPicture(page, "demo-storm");
    expect(page.url()).toContain("step=node-down");
    await page.getByLabel("Step 5").focus();
    await page.keyboard.press("n");
    await page.getByText("5/8 A planned intervention.").waitFor();
    await page.getByLabel("Step 6: A flood of tickets").press("Enter");
    await page.getByText("10 tickets have become one group: one message, one page.").waitFor({ timeout: 45_000 });
    await keepPicture(page, "demo-tickets");
  }, 150_000);

  it("stops cleanly on Ctrl-C, and remembers at the second start", async () => {
    expect(await stop()).toBe(0);
    await page.goto(await start(), { timeout: 90_000 });
    await dashboard().getByText("acknowledged").first().waitFor({ timeout: 60_000 });
    expect(output).not.toMatch(/"level":50/);
    expect(await stop()).toBe(0);
  }, 240_000);
});
