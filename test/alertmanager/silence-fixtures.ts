import type { AlertPast, LedgerEntry, SilenceLedger } from "../../src/alertmanager/silence-types.ts";

export interface TestLedger extends SilenceLedger {
  readonly entries: Map<string, LedgerEntry>;
  readonly saves: LedgerEntry[];
}

/** A ledger in a Map. */
export function createTestLedger(): TestLedger {
  const entries = new Map<string, LedgerEntry>();
  const saves: LedgerEntry[] = [];
  return {
    entries,
    saves,
    async save(entry) {
      entries.set(entry.silenceId, entry);
      saves.push(entry);
    },
    active: async () => [...entries.values()].filter((entry) => entry.endedAt === null),
    get: async (id) => entries.get(id) ?? null,
  };
}

/** A history in which each of these label sets fired once. */
export function pastOf(...labelSets: readonly Readonly<Record<string, string>>[]): AlertPast {
  return {
    since: async () => labelSets.map((labels) => ({ labels, state: "firing", fingerprint: JSON.stringify(labels) })),
  };
}
