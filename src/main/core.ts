import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import type { RunbookLink } from "../alert/group.ts";
import { ANOMALY_ALERT } from "../alert/names.ts";
import { severityRank } from "../alert/severity.ts";
import { createAcknowledgements } from "../alertmanager/acknowledgements.ts";
import { createCare } from "../alertmanager/maintain-silences.ts";
import { createSilences } from "../alertmanager/silences.ts";
import { anomalyToAlert } from "../anomalies/alerts/anomaly-alerts.ts";
import { createAnomalyPush } from "../anomalies/service/anomaly-push.ts";
import { createDetection, type Detection } from "../anomalies/service/detection.ts";
import type { Catalogue } from "../config/catalogue.ts";
import { entitySpecs } from "../config/entities.ts";
import type { Config } from "../config/schema.ts";
import { type AlertCycle, createAlertCycle, type GroupListener } from "../intelligence/alert-cycle.ts";
import { createAnnotator } from "../intelligence/annotate.ts";
import { readCorrections } from "../intelligence/learned/guesser.ts";
import type { Pipeline } from "../intelligence/pipeline.ts";
import { createReasoning } from "../intelligence/reasoning.ts";
import type { RunbookIndex } from "../intelligence/runbooks/match.ts";
import { createTally, type Tally } from "../intelligence/tally.ts";
import { createActions } from "../operations/actions.ts";
import type { Actions, Actor } from "../operations/actions-types.ts";
import type { MetricSource } from "../prometheus/source.ts";
import { createLoop, type Loop } from "../runtime/loop.ts";
import { type CurrentState, createCurrentState } from "../status/current-state.ts";
import { createStatusSource } from "../status/status.ts";
import type { OncallNow, StatusSource } from "../status/status-types.ts";
import type { Feedback, Store } from "../store/store.ts";
import { findConcerns } from "../tickets/concerns.ts";
import { createTicketLoops } from "../tickets/loops.ts";
import type { UnitTrainer } from "../training/unit-trainer.ts";

/** What the core is built on. */
export interface CoreParts {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly alertmanager: Alertmanager;
  readonly source: MetricSource;
  readonly trainer: UnitTrainer;
  readonly oncall: (service: string | null, at: Date) => Promise<readonly OncallNow[]>;
  /** A person has taken a group. */
  readonly onAnswered: (groupId: string, actor: Actor) => Promise<void>;
  /** Address that people open; null where there is no page. */
  readonly baseUrl: string | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** From metrics and alerts to groups and answers: everything but the faces. */
export interface Core {
  readonly current: CurrentState;
  readonly status: StatusSource;
  readonly actions: Actions;
  readonly pipeline: Pipeline;
  readonly runbooks: RunbookIndex;
  readonly detection: Detection;
  readonly cycle: AlertCycle;
  readonly loops: readonly Loop[];
  /** What stages and deliveries did since the start. */
  readonly tally: Tally;
  /** Who hears of groups; faces are added before the start. */
  readonly listeners: GroupListener[];
  start(): void;
  stop(): Promise<void>;
}

/** Wires detection, pipeline, silences and answers; nothing runs before `start`. */
export async function createCore(parts: CoreParts): Promise<Core> {
  const { config, catalogue, store, alertmanager, clock, log } = parts;
  const current = createCurrentState(config.intelligence.every);
  const reasoning = await createReasoning({
    config,
    catalogue,
    store,
    alertmanager,
    baseUrl: parts.baseUrl,
    clock,
    log,
  });
  const { pipeline, runbooks } = reasoning;
  const listeners: GroupListener[] = [];
  const tally = createTally();
  const silences = createSilences({
    alertmanager,
    ledger: store.silences,
    past: store.history,
    clock,
    longest: config.intelligence.maxSilence,
  });
  const acknowledgements = createAcknowledgements({
    alertmanager,
    silences,
    book: store.acknowledgements,
    clock,
    longest: ACKNOWLEDGEMENT_LIMIT,
  });
  const cycle = createAlertCycle({
    alertmanager,
    sending: reasoning.cycle,
    save: reasoning.save,
    annotate: createAnnotator(config, { current, clock, log }),
    store,
    current,
    clock,
    log,
    listeners,
    tally,
    maintain: createCare({ config: config.intelligence, alertmanager, store, silences, acknowledgements, clock, log }),
  });
  const cycleLoop = createLoop({
    name: "alerts",
    every: config.intelligence.every,
    run: () => cycle.run(),
    clock,
    log,
  });
  const detection = createDetection({
    config,
    catalogue,
    specs: entitySpecs(config, catalogue),
    source: parts.source,
    store,
    trainer: parts.trainer,
    current,
    clock,
    log,
    onAnomalies: createAnomalyPush({
      alertmanager,
      pipeline,
      toAlert: (anomaly, pushed) => anomalyToAlert(anomaly, catalogue, parts.baseUrl, pushed),
      clock,
      log,
      tally,
    }),
  });
  const status = createStatusSource({
    current,
    catalogue,
    store,
    severities: config.intelligence.severities,
    failingFrom: severityRank("high", config.intelligence.severities),
    oncall: parts.oncall,
    runbooks: (query) => searchRunbooks(runbooks, query),
    touches: (ticket) => findConcerns(ticket, catalogue).services,
  });
  const actions = createActions({
    silences,
    acknowledgements,
    grouping: pipeline,
    onAnswered: parts.onAnswered,
    alertmanager,
    store,
    current,
    clock,
    maxSilence: config.intelligence.maxSilence,
    newId: randomUUID,
    look: () => cycleLoop.runNow(),
    onClosed: (id) => detection.dismiss(id),
    effectOf: async (given) =>
      given.kind === "not-anomaly" ? detection.feedback.forgive(given) : effectOf(given, given.kind),
  });
  const ticketLoops = createTicketLoops({ config, catalogue, store, alertmanager, pipeline, current, clock, log });
  return {
    current,
    status,
    actions,
    pipeline,
    runbooks,
    detection,
    cycle,
    listeners,
    tally,
    loops: [...detection.loops, cycleLoop, ...ticketLoops],
    start() {
      detection.start();
      cycleLoop.start();
      for (const loop of ticketLoops) {
        loop.start();
      }
    },
    async stop() {
      await detection.stop();
      await Promise.all(ticketLoops.map((loop) => loop.stop()));
      await cycleLoop.stop();
      await cycle.save();
    },
  };
}

/** An acknowledgement ends after this unless it is renewed. */
const ACKNOWLEDGEMENT_LIMIT = 4 * 3_600_000;

const EFFECTS: Readonly<Record<Exclude<Feedback["kind"], "not-anomaly">, string>> = {
  helped: "Noted: this solution ranks higher for such alerts from now on.",
  "did-not-help": "Noted: this solution ranks lower for such alerts from now on.",
  "wrong-group": "Noted. Say which alerts are apart, or which group it belongs to, and grouping follows.",
  "wrong-severity": "Noted, and kept with the alert. Say which severity is right, and such alerts get it.",
  "wrong-link": "Noted: these stay apart from now on.",
};

/** What a piece of feedback changes, for the person who gave it. */
function effectOf(feedback: Feedback, kind: keyof typeof EFFECTS): string {
  const [correction] = readCorrections([feedback]);
  if (correction === undefined) {
    return EFFECTS[kind];
  }
  const { alertname, service, severity } = correction;
  const where = service === null ? "" : ` of ${service}`;
  return `Noted: from the next look on ${alertname}${where} is ${severity}, and what is learnt from past alerts takes your word for it.`;
}

/** Runbooks for a service's anomalies, then the one whose text is nearest to the words. */
function searchRunbooks(index: RunbookIndex, query: string): readonly RunbookLink[] {
  const ofService = (["performance", "availability", "security"] as const).map((look) =>
    index.find({ labels: { alertname: ANOMALY_ALERT, service: query, class: look }, annotations: {} }),
  );
  const found = [...ofService, index.find({ labels: {}, annotations: { summary: query } })].filter(
    (link) => link !== null,
  );
  return [...new Map(found.map((link) => [link.id, link])).values()];
}
