import type { Finished } from "../../../src/transfers/model/estimator.ts";
import { trainScorer } from "../../../src/transfers/model/models.ts";
import type { TransferScorer } from "../../../src/transfers/model/scorer.ts";
import type { Transfer } from "../../../src/transfers/model/transfer.ts";

/** 2026-03-01 00:00 UTC. */
export const START = 1_772_323_200;

export function transfer(given: Partial<Transfer> = {}): Finished {
  const startedAt = given.startedAt ?? START;
  return {
    submittedAt: startedAt - 60,
    startedAt,
    bytes: 1e9,
    activity: "Production Input",
    source: "T1_DE_KIT_Disk",
    destination: "T2_CH_CERN",
    sourceType: "DISK",
    destinationType: "DISK",
    protocol: "davs",
    endpoint: "https://fts.example:8446",
    outcome: "done",
    reason: "",
    ...given,
    duration: given.duration ?? 20,
  };
}

/** An event as Rucio writes it. */
export const RAW = {
  event_type: "transfer-done",
  submitted_at: "2026-03-01 00:00:00",
  started_at: "2026-03-01 00:01:00",
  transferred_at: "2026-03-01 00:01:20",
  bytes: 1_000_000_000,
  duration: 20,
  activity: "Production Input",
  "src-rse": "T1_DE_KIT_Disk",
  "dst-rse": "T2_CH_CERN",
  "src-type": "DISK",
  "dst-type": "DISK",
  protocol: "davs",
  "transfer-endpoint": "https://fts.example:8446",
};

/** The default model, taught. */
export function trainedOn(history: readonly Finished[]): Promise<TransferScorer> {
  return trainScorer("shrinkage", history, () => Promise.reject(new Error("this model needs no network")));
}
