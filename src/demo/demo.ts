import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import type { Catalogue } from "../config/catalogue.ts";
import { type Config, configSchema } from "../config/schema.ts";
import { worstEvidence } from "../dqm/judge/certify.ts";
import { runAlert } from "../dqm/judge/run-alert.ts";
import { applyOverrules } from "../dqm/judge/verdicts.ts";
import { defaultSchedule } from "../oncall/default-schedule.ts";
import type { Schedule } from "../oncall/load.ts";
import { NO_EXCEPTIONS } from "../oncall/turn.ts";
import { whoIsOnCall } from "../oncall/who.ts";
import type { MetricSource } from "../prometheus/source.ts";
import type { CurrentState } from "../status/current-state.ts";
import type { Store } from "../store/store.ts";
import type { EventSource } from "../transfers/rucio/source.ts";
import { INJECTION_KINDS, type InjectionKind } from "./cmsweb/injection.ts";
import { createSimulation } from "./cmsweb/simulation.ts";
import { createSimulatedSource } from "./cmsweb/source.ts";
import { judgeSimulatedRun } from "./dqm/run.ts";
import { slackPage } from "./slack/page.ts";
import { startEmulatedWorkspace, type Workspace } from "./slack/workspace.ts";
import { registerStory } from "./story/routes.ts";
import { createStory, type Story, type StoryParts, type StoryPlace } from "./story.ts";
import { type BoardState, startBoard } from "./tickets/board.ts";
import { createSimulatedRucio } from "./transfers/rucio.ts";

const SIGNING_SECRET = "emulated-workspace-signing-secret";
const INJECTIONS = "demo:injections";
const PLACE = "demo:story";
const BOARD = "demo:board";
const FIRST_RUN = 383_996;
const SEED = 20_260_301;
const PAGES = {
  "/demo": ["index.html", "text/html; charset=utf-8"],
  "/demo/style.css": ["style.css", "text/css; charset=utf-8"],
  "/demo/demo.js": ["demo.js", "text/javascript; charset=utf-8"],
} as const;

/** Settings in which everything can be seen within minutes; the environment and a configuration file win over them. */
export function demoEnvironment(port: number | undefined): Readonly<Record<string, string>> {
  return {
    CMSWATCH_PROMETHEUS_STEP: "10s",
    CMSWATCH_DETECT_TRAIN_HISTORY: "6h",
    CMSWATCH_DETECT_TRAIN_MINIMUM: "30m",
    CMSWATCH_DETECT_TRAIN_RANGES_HISTORY: "28d",
    CMSWATCH_DETECT_TRAIN_EPOCHS: "12",
    CMSWATCH_DETECT_THRESHOLD_OPEN: "2",
    CMSWATCH_DETECT_THRESHOLD_OF: "3",
    CMSWATCH_DETECT_THRESHOLD_CLOSE: "0.8",
    CMSWATCH_INTELLIGENCE_EVERY: "2s",
    CMSWATCH_SLACK_LISTEN: "127.0.0.1:0",
    ...(port === undefined ? {} : { CMSWATCH_WEB_LISTEN: `127.0.0.1:${port}` }),
  };
}

/** What the simulated world is built on. */
export interface WorldParts {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Takes what other producers would send. */
  readonly alertmanager: Pick<Alertmanager, "post">;
}

/** The simulated world around cmswatch. */
export interface World {
  readonly source: MetricSource;
  readonly slack: {
    readonly botToken: string;
    readonly signingSecret: string;
    readonly apiUrl: string;
    readonly channels: Record<string, string>;
  };
  /** A GGUS and a status board that do not exist. */
  readonly tickets: Partial<Config["tickets"]>;
  /** A Rucio that does not exist. */
  readonly transfers: { readonly config: Config["transfers"]; readonly source: EventSource };
  /** Ada is on call this week; pages come at any hour and for lesser matters too, so that they can be seen. */
  readonly schedule: Schedule;
  readonly links: readonly { readonly title: string; readonly href: string }[];
  readonly mount: (app: FastifyInstance) => Promise<void>;
  readonly inject: (service: string, kind: string, minutes: number) => Promise<string>;
  /** Begins the story once cmswatch runs. */
  begin(parts: {
    current: CurrentState;
    progress: Parameters<typeof createStory>[0]["progress"];
    botUrl: string | null;
  }): void;
  close(): Promise<void>;
}

/** Builds the simulated CMSWEB, with what was injected before, and an emulated Slack workspace. */
export async function createWorld(parts: WorldParts): Promise<World> {
  const { store, catalogue, clock, alertmanager } = parts;
  const simulation = createSimulation({ catalogue, seed: SEED });
  for (const { service, kind, from, duration } of (await store.states.get<StoredInjection[]>(INJECTIONS)) ?? []) {
    simulation.inject({ service, kind, from: new Date(from), duration });
  }
  const board = await startBoard(clock, await store.states.get<BoardState>(BOARD));
  const rucio = createSimulatedRucio(clock);
  const place = await store.states.get<StoryPlace>(PLACE);
  const workspace = await startEmulatedWorkspace({ port: 0, signingSecret: SIGNING_SECRET });
  let story: Story | null = null;
  return {
    source: createSimulatedSource(simulation, clock),
    slack: {
      botToken: workspace.botToken,
      signingSecret: SIGNING_SECRET,
      apiUrl: workspace.apiUrl,
      channels: { default: workspace.channel("cmsweb-alerts").id },
    },
    tickets: configSchema.parse({
      tickets: { ggus: { url: board.ggusUrl, every: "5s" }, ssb: { url: board.ssbUrl, every: "5s" } },
    }).tickets,
    transfers: { config: transferSettings(), source: rucio.source },
    schedule: demoSchedule(workspace, catalogue, clock()),
    links: [
      { title: "Slack", href: "/slack/" },
      { title: "Demo", href: "/demo" },
    ],
    async mount(app) {
      for (const [path, [file, type]] of Object.entries(PAGES)) {
        const text = readFileSync(new URL(`./page/${file}`, import.meta.url), "utf8");
        app.get(path, { config: { open: true } }, async (_, reply) => reply.type(type).send(text));
      }
      registerStory(app, () => story);
      await app.register(slackPage(workspace), { prefix: "/slack" });
    },
    async inject(service, kind, minutes) {
      const known = INJECTION_KINDS.find((one) => one === kind);
      if (story === null || known === undefined) {
        throw new RangeError(`cannot inject "${kind}": it is one of ${INJECTION_KINDS.join(", ")}`);
      }
      return story.inject(service, known, minutes);
    },
    begin({ current, progress, botUrl }) {
      if (botUrl !== null) {
        workspace.connectBot(botUrl);
      }
      const keep: StoryParts["keep"] = async ({ place: at, injections }) => {
        await store.states.put(INJECTIONS, injections.slice(-100));
        await store.states.put(BOARD, board.state());
        await store.states.put(PLACE, at);
      };
      const send: StoryParts["send"] = (alerts) => alertmanager.post(alerts);
      const telling = createStory({
        simulation,
        board,
        rucio,
        judgeRun: dqmJudge(store),
        current,
        progress,
        send,
        clock,
        before: place,
        keep,
      });
      story = telling;
      current.subscribe(() => {
        telling.advance().catch(() => {});
      });
    },
    async close() {
      await workspace.close();
      await board.close();
    },
  };
}

/** Judges the next run, keeps it as the service does, and gives its alert. */
function dqmJudge({ dqm }: Store): StoryParts["judgeRun"] {
  return async (now) => {
    const [newest] = await dqm.runs(1);
    const judged = await judgeSimulatedRun((newest?.run ?? FIRST_RUN - 1) + 1, now);
    await dqm.saveRun(judged);
    const verdicts = applyOverrules(judged.run, judged.lumis, []);
    const evidence = worstEvidence(judged);
    return runAlert({ ...judged, verdicts, evidence, startsAt: now, endsAt: null, baseUrl: null, severity: "high" });
  };
}

/** Enough history for a model at once; the address is never asked. */
function transferSettings(): Config["transfers"] {
  const elasticsearch = { url: "http://simulated.invalid", every: "5s", overlap: "0s" };
  return configSchema.parse({ transfers: { elasticsearch, train: { minimum: 1000 } } }).transfers;
}

function demoSchedule(workspace: Workspace, catalogue: Catalogue, now: Date): Schedule {
  const people = ["ada", "blaise"]
    .map((name) => workspace.user(name))
    .map(({ realName, id }) => ({ name: realName, slackId: id }));
  const made = [people, people.toReversed()].map((order) =>
    defaultSchedule(order, workspace.channel("cmsweb-alerts").id, catalogue),
  );
  const isFirst = (schedule: Schedule) =>
    whoIsOnCall(schedule, null, now, NO_EXCEPTIONS, () => []).people[0]?.person?.name === people[0]?.name;
  const { quiet: _, ...schedule } = made.find(isFirst) ?? (made[0] as Schedule);
  return { ...schedule, routing: { ...schedule.routing, pageFrom: "warning" } };
}

interface StoredInjection {
  readonly service: string;
  readonly kind: InjectionKind;
  readonly from: string;
  readonly duration: number;
}
