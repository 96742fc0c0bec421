import type { Flaw } from "./clean.ts";
import { mayTeach } from "./clean-up.ts";
import { type Finished, isFinished } from "./estimator.ts";
import type { TransferIncident } from "./incident.ts";
import { RateThreshold } from "./rate.ts";
import type { Judgement, TransferScorer } from "./scorer.ts";
import {
  failureEvidence,
  noteReason,
  type Problem,
  partnerOf,
  type Subject,
  slowEvidence,
  usualDurationEvidence,
  usualOutcomeEvidence,
  weigh,
} from "./suspect.ts";
import { type SavedSuspect, Suspects } from "./suspects.ts";
import { endOf, linkOf, type Transfer, UNKNOWN } from "./transfer.ts";

/** A transfer that lasted longer than all but a few. */
export interface AnomalousTransfer {
  readonly transfer: Transfer;
  readonly endedAt: Date;
  readonly expected: number;
  readonly upper: number;
  readonly score: number;
}

/** What one transfer came to. */
export interface Seen {
  readonly judgement: Judgement;
  /** Among the chosen share of highest scores. */
  readonly anomalous: boolean;
  /** It says what is usual; not so what is flawed, unfinished, or late for an incident's sake. */
  readonly teaches: boolean;
  /** Incidents that opened, changed or closed by it. */
  readonly incidents: readonly TransferIncident[];
}

/** One transfer as it speaks for or against its subjects. */
interface Weighed {
  readonly problem: Problem;
  readonly evidence: number;
  readonly usual: number;
  readonly at: number;
  /** Seen / expected, of durations. */
  readonly ratio: number | null;
}

const TOP = 200;
const TOP_SECONDS = 86_400;
/** From this much evidence on, slow transfers of a link wait to teach until it is known what they are. */
const SUSPICIOUS = 5;
const SLOW = 0.1;
const MOST_HELD = 64;
/** Outcomes that the usual share of failures goes by, and that share at first. */
const FAILURE_MEMORY = 20_000;
const FIRST_FAILING = 0.02;

/**
 * Watches transfers as they end: single ones that are anomalous at a chosen rate, links, storage elements and servers that
 * are slow or fail. Slow transfers of something at fault do not teach what is usual.
 */
export class TransferWatch {
  readonly scorer: TransferScorer;
  readonly #threshold: RateThreshold;
  readonly #suspects = new Suspects();
  #top: AnomalousTransfer[] = [];
  #failing = FIRST_FAILING;

  /** @param rate share of transfers that are called anomalous, e.g. 0.005 */
  constructor(scorer: TransferScorer, rate: number, saved: SavedWatch | null = null) {
    this.scorer = scorer;
    this.#threshold = new RateThreshold(rate, saved?.threshold);
    this.#failing = saved?.failing ?? FIRST_FAILING;
    this.#top = (saved?.top ?? []).map((one) => ({ ...one, endedAt: new Date(one.endedAt) }));
    this.#suspects.restore(saved?.suspects ?? []);
  }

  /** Score from which a transfer is anomalous just now. */
  get threshold(): number {
    return this.#threshold.value;
  }

  take(transfer: Transfer, flaws: readonly Flaw[]): Seen {
    const judgement = this.scorer.judge(transfer);
    if (!mayTeach(flaws)) {
      return { judgement, anomalous: false, teaches: false, incidents: [] };
    }
    const at = Number.isFinite(endOf(transfer)) ? endOf(transfer) : transfer.startedAt;
    const incidents = this.#weighOutcome(transfer, at);
    if (!isFinished(transfer) || judgement.score === null) {
      return { judgement, anomalous: false, teaches: false, incidents };
    }
    const p = 10 ** -judgement.score;
    const anomalous = this.#threshold.exceeds(judgement.score);
    if (anomalous) {
      this.#remember(transfer, judgement, at);
    }
    incidents.push(...this.#weighDuration(transfer, judgement, p, at));
    const teaches = this.#teach(transfer, judgement, p);
    return { judgement, anomalous, teaches, incidents };
  }

  /** Closes what nothing was heard of any more. @param now Unix seconds */
  expire(now: number): readonly TransferIncident[] {
    return this.#suspects.expire(now);
  }

  open(): readonly TransferIncident[] {
    return this.#suspects.open();
  }

  /** The most anomalous transfers of the last 24 hours (of the stream), worst first; at most 200. */
  top(): readonly AnomalousTransfer[] {
    return [...this.#top].sort((left, right) => right.score - left.score);
  }

  save(): SavedWatch {
    return {
      threshold: this.#threshold.value,
      failing: this.#failing,
      top: this.#top,
      suspects: this.#suspects.save(),
    };
  }

  #weighOutcome(transfer: Transfer, at: number): TransferIncident[] {
    const failed = transfer.outcome === "failed";
    const evidence = failureEvidence(failed, this.#failing);
    const usual = usualOutcomeEvidence(failed, this.#failing);
    this.#failing += ((failed ? 1 : 0) - this.#failing) / FAILURE_MEMORY;
    const server: Subject = { kind: "server", name: transfer.endpoint };
    const subjects = [...subjectsOf(transfer), ...(transfer.endpoint === UNKNOWN ? [] : [server])];
    return this.#weigh(subjects, transfer, { problem: "failing", evidence, usual, at, ratio: null });
  }

  #weighDuration(transfer: Transfer, judgement: Judgement, p: number, at: number): TransferIncident[] {
    const ratio = (transfer.duration as number) / Math.max(1, judgement.seconds);
    const [evidence, usual] = [slowEvidence(p), usualDurationEvidence(p)];
    return this.#weigh(subjectsOf(transfer), transfer, { problem: "slow", evidence, usual, at, ratio });
  }

  /** What is known to be at fault explains the transfer: then nothing else is suspected for it. */
  #weigh(
    subjects: readonly Subject[],
    transfer: Transfer,
    { problem, evidence, usual, at, ratio }: Weighed,
  ): TransferIncident[] {
    const isExplained = subjects.some((subject) => this.#explains(subject, problem));
    const incidents: TransferIncident[] = [];
    for (const subject of subjects) {
      const isOpen = this.#suspects.isOpen(subject, problem);
      const explained = isExplained && !isOpen && evidence > 0;
      const isKnown = this.#suspects.find(subject, problem) !== null;
      if (explained || (evidence <= 0 && !isKnown)) {
        continue;
      }
      const suspicion = this.#suspects.of(subject, problem, at);
      weigh(suspicion, evidence, at, partnerOf(subject.kind, transfer), ratio);
      if (transfer.outcome === "failed" && evidence > 0) {
        noteReason(suspicion, transfer.reason);
      }
      const held = suspicion.held;
      const incident = this.#suspects.settle(subject, problem, usual, at);
      if (incident !== null) {
        incidents.push(incident);
        if (!isOpen && subject.kind !== "link") {
          incidents.push(...this.#suspects.absorb(incident, at));
        }
        if (!isOpen) {
          break;
        }
      } else if (suspicion.up === 0) {
        this.#release(held);
      }
    }
    return incidents;
  }

  /** A storage element that is at fault in one role is not suspected in the other: it is one trouble. */
  #explains({ kind, name }: Subject, problem: Problem): boolean {
    return (
      this.#suspects.isOpen({ kind, name }, problem) ||
      (kind === "source" && this.#suspects.isOpen({ kind: "destination", name }, problem)) ||
      (kind === "destination" && this.#suspects.isOpen({ kind: "source", name }, problem))
    );
  }

  /** False for what an open incident explains; what is only suspicious is held and may teach later. */
  #teach(transfer: Finished, judgement: Judgement, p: number): boolean {
    const subjects = subjectsOf(transfer);
    const link = subjects[0] === undefined ? null : this.#suspects.find(subjects[0], "slow");
    if (p < SLOW && subjects.some((subject) => this.#explains(subject, "slow"))) {
      return false;
    }
    if (p < SLOW && link !== null && link.up >= SUSPICIOUS && link.held.length < MOST_HELD) {
      link.held.push(transfer);
    } else {
      this.scorer.learn(transfer, judgement);
    }
    return true;
  }

  /** They were ordinary after all. */
  #release(held: readonly Finished[]): void {
    for (const transfer of held) {
      this.scorer.learn(transfer, this.scorer.judge(transfer));
    }
  }

  #remember(transfer: Transfer, { seconds, upper, score }: Judgement, at: number): void {
    this.#top.push({ transfer, endedAt: new Date(1000 * at), expected: seconds, upper, score: score as number });
    if (this.#top.length > 2 * TOP) {
      const since = 1000 * (at - TOP_SECONDS);
      this.#top = this.top()
        .filter(({ endedAt }) => endedAt.getTime() >= since)
        .slice(0, TOP);
    }
  }
}

/** What a watch keeps of itself besides the model: JSON. */
export interface SavedWatch {
  readonly threshold: number;
  readonly failing: number;
  readonly top: readonly AnomalousTransfer[];
  readonly suspects: readonly SavedSuspect[];
}

/** The most specific first: with the same evidence against both it is the link. */
function subjectsOf(transfer: Transfer): Subject[] {
  const { source, destination } = transfer;
  return [
    ...(source === UNKNOWN || destination === UNKNOWN ? [] : [{ kind: "link", name: linkOf(transfer) } as const]),
    ...(destination === UNKNOWN ? [] : [{ kind: "destination", name: destination } as const]),
    ...(source === UNKNOWN ? [] : [{ kind: "source", name: source } as const]),
  ];
}
