import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import type { ServiceEvents } from "../alert/service-events.ts";
import { severityRank } from "../alert/severity.ts";
import { createAcknowledgements } from "../alertmanager/acknowledgements.ts";
import { createMaintenance } from "../alertmanager/maintain-silences.ts";
import { createRememberingAlertmanager } from "../alertmanager/remembering.ts";
import { createSilences } from "../alertmanager/silences.ts";
import { anomalyToAlert } from "../anomalies/alerts/anomaly-alerts.ts";
import { createAnomalyPush } from "../anomalies/service/anomaly-push.ts";
import { createDetection, type Detection } from "../anomalies/service/detection.ts";
import { entitySpecs } from "../config/entities.ts";
import type { Config } from "../config/schema.ts";
import { createDqm, type Dqm } from "../dqm/service/dqm.ts";
import { createAlertCycle } from "../intelligence/alert-cycle.ts";
import { createAlertSink } from "../intelligence/alert-sink.ts";
import { createAnnotator } from "../intelligence/annotate.ts";
import { createReasoning } from "../intelligence/reasoning.ts";
import type { RunbookIndex } from "../intelligence/runbooks/match.ts";
import { searchRunbooks } from "../intelligence/runbooks/search.ts";
import { recallSeen } from "../intelligence/seen.ts";
import { createTally, type Tally } from "../intelligence/tally.ts";
import { createOncall, type Oncall, readSchedule } from "../oncall/service.ts";
import { createActions } from "../operations/actions.ts";
import type { Actions } from "../operations/actions-types.ts";
import { createFeedbackEffects } from "../operations/feedback-effects.ts";
import { createModelDesk, type ModelDesk } from "../operations/models.ts";
import { createEvents, type Events } from "../runtime/events.ts";
import { createLoop, type Loop } from "../runtime/loop.ts";
import { type CurrentState, createCurrentState } from "../status/current-state.ts";
import { createStatusSource } from "../status/status.ts";
import type { StatusSource } from "../status/status-types.ts";
import { findConcerns } from "../tickets/concerns.ts";
import { createTicketLoops } from "../tickets/loops.ts";
import type { TransferService } from "../transfers/service/service.ts";
import { openTransfers } from "../transfers/service/start.ts";
import type { Foundation } from "./foundation.ts";
import { openBot, type RunningBot, type SlackPace } from "./start-bot.ts";

export interface ServiceParts {
  readonly config: Config;
  readonly foundation: Foundation;
  readonly clock: Clock;
  readonly log: Logger;
  /** How quickly Slack is written to; tests do not wait. */
  readonly pace?: SlackPace;
}

/** Everything but the page, joined and not started. */
export interface Service {
  readonly events: Events<ServiceEvents>;
  readonly tally: Tally;
  readonly current: CurrentState;
  readonly status: StatusSource;
  readonly runbooks: RunbookIndex;
  readonly detection: Detection;
  readonly transfers: TransferService | null;
  readonly dqm: Dqm;
  readonly oncall: Oncall;
  readonly actions: Actions;
  readonly models: ModelDesk;
  /** Null where Slack is not configured. */
  readonly bot: RunningBot | null;
  /** Everything that is done again and again, in the order in which it starts. */
  readonly loops: readonly Loop[];
  /** Looks at all alerts now. */
  look(): Promise<void>;
  /** Keeps what the next process needs, once every loop has stopped. */
  stop(): Promise<void>;
}

/** Joins the parts from top to bottom: each takes what it needs by name, and later ones hear of earlier ones by events. */
export async function createService({ config, foundation, clock, log, pace = {} }: ServiceParts): Promise<Service> {
  const { catalogue, store, source, trainer, world } = foundation;
  const baseUrl = config.web.baseUrl ?? `http://${config.web.listen}`;
  const shared = { catalogue, store, clock, log };
  const tally = createTally();
  const events = createEvents<ServiceEvents>({ clock, log, onHandled: tally.handled });
  const current = createCurrentState(config.intelligence.every, clock);
  const oncall = createOncall(readSchedule(config, catalogue) ?? world?.schedule ?? null, { ...shared, config });

  const seen = await recallSeen(store.history, clock());
  const alertmanager = createRememberingAlertmanager({
    alertmanager: foundation.alertmanager,
    seen: seen.flatMap(({ alert, resolvedAt }) => (resolvedAt === null ? [alert] : [])),
    clock,
    log,
    onRestart: () => events.emit("alertmanager restarted", {}),
  });

  // Our own alerts: enriched once, on their one way to Alertmanager.
  const reasoning = await createReasoning({ ...shared, config, alertmanager, seen, baseUrl });
  const { pipeline, runbooks } = reasoning;
  const sink = createAlertSink({ alertmanager, pipeline, tally, clock });

  // Sources of alerts.
  const detection = createDetection({
    ...shared,
    config,
    specs: entitySpecs(config, catalogue),
    source,
    trainer,
    current,
    events,
    onAnomalies: createAnomalyPush({
      alertmanager,
      sink,
      toAlert: (anomaly, pushed) => anomalyToAlert(anomaly, catalogue, baseUrl, pushed),
      clock,
      log,
    }),
  });
  const tickets = { ...world?.tickets, ...config.tickets };
  const ticketLoops = createTicketLoops({
    ...shared,
    config: { ...config, tickets },
    alertmanager,
    enrich: pipeline.enrich,
    current,
    events,
  });
  const transfers = openTransfers({
    ...shared,
    config: world?.transfers.config ?? config.transfers,
    source: world?.transfers.source,
    sink,
    current,
    fitSequences: trainer.fitSequences,
    baseUrl,
  });
  const dqm = await createDqm({ ...shared, config, sink, events, current, baseUrl });

  // All alerts, read back and grouped.
  const { every, maxSilence } = config.intelligence;
  const silences = createSilences({
    alertmanager,
    ledger: store.silences,
    past: store.history,
    clock,
    longest: maxSilence,
  });
  const acknowledgements = createAcknowledgements({ alertmanager, silences, book: store.acknowledgements, clock });
  const maintain = createMaintenance({
    ...shared,
    config: config.intelligence,
    alertmanager,
    silences,
    acknowledgements,
  });
  const cycle = createAlertCycle({
    ...shared,
    every,
    alertmanager,
    sending: reasoning.cycle,
    seen,
    save: reasoning.save,
    annotate: createAnnotator(config, { current, clock, log }),
    current,
    events,
    tally,
    maintain,
  });
  const alertLoop = createLoop({ name: "alerts", every, run: cycle.run, clock, log });

  // What people ask and do.
  const status = createStatusSource({
    current,
    catalogue,
    store,
    severities: config.intelligence.severities,
    failingFrom: severityRank("high", config.intelligence.severities),
    oncall: oncall.desk.now,
    runbooks: (query) => searchRunbooks(runbooks, query),
    touches: (ticket) => findConcerns(ticket, catalogue).services,
  });
  const actions = createActions({
    silences,
    acknowledgements,
    grouping: pipeline,
    onAnswered: async (groupId, { person }) => events.emit("group answered", { groupId, person, at: clock() }),
    alertmanager,
    store,
    current,
    clock,
    maxSilence,
    newId: randomUUID,
    look: () => alertLoop.runNow(),
    onClosed: (id) => events.emit("anomaly closed", { id }),
    effectOf: createFeedbackEffects(detection.feedback.forgive),
  });
  const models = createModelDesk({
    keeperOf: (entity) => (transfers?.models.entity === entity ? transfers.models : detection.keeperOf(entity)),
    store,
    clock,
  });

  // Slack, and who is paged.
  const bot = await openBot({
    ...shared,
    config: { ...config.slack, ...world?.slack },
    severities: config.intelligence.severities,
    status,
    actions,
    oncall,
    dqm: dqm.desk,
    transfers,
    current,
    events,
    webUrl: baseUrl,
    pace,
  });
  const escalations = oncall.escalations(bot?.deliver ?? (async () => {}), bot?.quietPeople);
  events.on("group answered", "on call", ({ groupId, person, at }) =>
    escalations.answered(groupId, oncall.desk.nameOf(person), at),
  );
  if (bot !== null) {
    events.onNewest("groups seen", "on call", ({ groups, now }) => escalations.look(groups, now));
  }

  const loops = [
    ...foundation.loops,
    ...oncall.loops,
    ...(bot?.loops ?? []),
    ...dqm.loops,
    ...detection.loops,
    alertLoop,
    ...ticketLoops,
    ...(transfers === null ? [] : [transfers.loop]),
  ];
  return {
    events,
    tally,
    current,
    status,
    runbooks,
    detection,
    transfers,
    dqm,
    oncall,
    actions,
    models,
    bot,
    loops,
    look: () => alertLoop.runNow(),
    async stop() {
      await detection.stop();
      await transfers?.stop();
      await cycle.save();
    },
  };
}
