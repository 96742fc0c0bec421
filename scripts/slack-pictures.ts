/**
 * Makes the pictures of Slack messages in docs/images: the real bot on the emulated workspace, one of each kind, photographed by
 * Chromium. Run with `npx tsx scripts/slack-pictures.ts [FOLDER]`, look at them, and keep them small by pngquant.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fastify } from "fastify";
import type { Page } from "playwright-core";
import { drawPlot } from "../src/bot/pictures/plot.ts";
import { slackPage } from "../src/demo/slack/page.ts";
import { type Harness, startHarness, textOf } from "../test/bot/harness.ts";
import {
  earlier,
  fresh,
  NOW,
  sampleAlert,
  sampleChange,
  sampleGroup,
  sampleOverview,
  sampleStatus,
  sampleTicket,
} from "../test/bot/samples.ts";
import { startBrowser } from "../test/e2e/browser.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "../docs/images");
const ADA = { name: "Ada", email: "ada@example.org" };
const SIZE = { width: 1100, height: 760 };

mkdirSync(folder, { recursive: true });
const harness = await startHarness({ draw: drawPlot }, {}, { userGroups: {} });
const server = fastify();
await server.register(slackPage(harness.workspace), { prefix: "/slack" });
const address = await server.listen({ host: "127.0.0.1", port: 0 });
const browser = await startBrowser();
const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
await page.goto(`${address}/slack/`);
await takeAll(harness, page);
await browser.close();
await server.close();
await harness.close();

async function takeAll({ bot, workspace, world, store, show }: Harness, photo: Page): Promise<void> {
  const alerts = workspace.channel("cmsweb-alerts").id;
  const operations = workspace.channel("cmsweb-operations").id;
  const ada = workspace.user("ada").id;
  const blaise = workspace.user("blaise").id;
  const keep = async (name: string) => {
    await photo.locator("#messages").evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
    await photo.waitForTimeout(700);
    await photo.screenshot({ path: join(folder, `${name}.png`) });
  };
  const place = (name: string) => photo.locator(".sidebar").getByText(name, { exact: false }).first().click();
  const command = (text: string) => workspace.runCommand({ user: ada, channel: operations, text });
  const press = (ts: string, actionId: string, value?: string, user = ada) =>
    workspace.clickButton({ user, channel: alerts, ts, actionId, ...(value === undefined ? {} : { value }) });
  const tsOf = (words: string) =>
    harness.seen(alerts).find(({ text, threadTs }) => threadTs === null && text.includes(words))?.ts ?? "";

  const subject = "Transfers to T2_CH_CERN fail since the upgrade";
  const tickets = fresh([sampleTicket({ subject })]);
  Object.assign(world.status, {
    service: async () => sampleStatus({ tickets }),
    overview: async () => sampleOverview({ tickets, alerts: fresh([...world.groups.values()]) }),
  });

  // Every state of an alert.
  const states = [
    sampleGroup(),
    sampleGroup({ id: "g-acked", title: "Queue of reqmgr2 grows", service: "frontend", severity: "warning" }),
    sampleGroup({ id: "g-silent", title: "Memory of crabserver is above its limit", service: "crabserver" }),
    sampleGroup({ id: "g-over", title: "das answers slowly", service: "das", severity: "medium" }),
  ].map((group, index) => ({ ...group, solutions: index === 0 ? group.solutions : [], reasons: group.reasons }));
  for (const group of states) {
    world.groups.set(group.id, group);
    await show(group);
  }
  await place("cmsweb-alerts");
  await press(tsOf("reqmgr2"), "group.acknowledge", undefined, blaise);
  await press(tsOf("crabserver"), "group.silence", "4h|g-silent", blaise);
  await press(tsOf("das"), "group.resolve", undefined, blaise);
  await photo.setViewportSize({ ...SIZE, height: 1500 });
  await keep("slack-states");
  await photo.setViewportSize(SIZE);

  // Dialogues.
  await press(tsOf("CPU of dbs"), "group.silence", "other|g-1a2b3c4d");
  await photo.locator("#modal[open]").waitFor();
  await keep("slack-silence");
  await photo.locator("#modal-close").click();
  const two = sampleGroup({ alerts: [sampleAlert(), sampleAlert({ pod: "dbs-global-r-2" })] });
  world.groups.set(two.id, two);
  await press(tsOf("CPU of dbs"), "group.more", `wrong-group|${two.id}`);
  await photo.locator("#modal[open]").waitFor();
  await keep("slack-wrong-group");
  await photo.locator("#modal-close").click();

  // Answers to commands.
  await place("cmsweb-operations");
  for (const [text, name] of [
    ["/anomaly status dbs", "slack-status"],
    ["/anomaly", "slack-overview"],
    ["/anomaly explain g-1a2b3c4d", "slack-explain"],
  ] as const) {
    const before = harness.seen(operations, ada).length;
    await command(text);
    await harness.until(() => harness.seen(operations, ada).length > before);
    if (text.includes("status")) {
      await harness.until(() => harness.seen(operations, ada).some((one) => textOf(one).includes("slack_file")));
      await photo.setViewportSize({ ...SIZE, height: 1200 });
    }
    await keep(name);
    await photo.setViewportSize(SIZE);
  }
  await command("/anomaly oncall take cmsweb");
  await command("/anomaly oncall exceptions");
  await command("/anomaly oncall offer cmsweb");
  await command("/anomaly subscribe dbs high");
  await keep("slack-oncall");

  // By the clock, and routing.
  await store.history.append(
    [400, 300, 200, 100].flatMap((ago) =>
      (["firing", "resolved"] as const).map((state, index) => ({
        fingerprint: "a",
        at: earlier((ago - 3 * index) * 60_000),
        state,
        labels: sampleAlert().labels,
        annotations: {},
        groupId: null,
        actor: null,
      })),
    ),
  );
  const group = sampleGroup();
  const about = { key: "k", group, roster: "cmsweb", reason: "severity high is high or worse; roster cmsweb has dbs" };
  await bot.handoff({ ...sampleChange("cmsweb", ADA), open: fresh([group]) });
  await bot.digest("week", NOW);
  await place("cmsweb-alerts");
  await photo.setViewportSize({ ...SIZE, height: 1000 });
  await keep("slack-shift-digest");
  const until = earlier(-3_600_000);
  await bot.deliver({ ...about, key: "held", kind: "held", person: ADA, channel: null, until });
  await bot.deliver({ ...about, key: "nobody", kind: "nobody", person: ADA, channel: null });
  await bot.deliver({ ...about, key: "unanswered", kind: "unanswered", channel: null });
  await bot.deliver({ ...about, key: "step", kind: "channel", channel: alerts, step: 2 });
  await keep("slack-routing");
  await photo.setViewportSize(SIZE);

  // To one person.
  await bot.deliver({ ...about, key: "page", kind: "page", person: ADA, step: 0, nobody: false });
  const held = { groupId: group.id, by: "Ada", at: NOW, until, silenceId: "s", endedAt: null };
  await bot.askStillWorking(group, held, ADA);
  const silence = {
    silenceId: "s-2",
    owner: "ada",
    reason: "deploying 3.4",
    purpose: "manual",
    groupId: null,
  } as const;
  await bot.remindOfSilence(
    { ...silence, matchers: [], startsAt: NOW, endsAt: until, endedAt: null, hidden: ["a", "b"] },
    ADA,
  );
  await photo.selectOption("#who", ada);
  await photo.locator("#dms").getByRole("button").first().click();
  await keep("slack-page");
  await workspace.openHome(ada);
  await harness.until(() => workspace.state().homes[0]);
  await photo.locator("#apps").getByRole("button").first().click();
  await photo.setViewportSize({ ...SIZE, height: 1000 });
  await keep("slack-home");
  await photo.setViewportSize(SIZE);

  // A flood, and its thread.
  for (let index = 0; index < 30; index += 1) {
    await bot.publish(
      sampleGroup({ id: `flood-${index}`, title: `Node vocms${100 + index} does not answer`, service: null }),
    );
  }
  await bot.flush();
  await place("cmsweb-alerts");
  await photo
    .getByText(/repl(y|ies)/i)
    .last()
    .click();
  await keep("slack-flood");
}
