import { expect, it } from "vitest";
import type { Store } from "../../src/store/store.ts";
import {
  alertChange,
  anomaly,
  delivery,
  feedback,
  ledgerEntry,
  model,
  slackMessage,
  trackedTicket,
} from "./samples.ts";

const old = new Date("2019-05-01T10:00:00Z");
const older = new Date("2019-04-01T10:00:00Z");
const before = new Date("2020-01-01T00:00:00Z");

/** What pruning takes and what it leaves. The old data is years older than that of the other tests. */
export function pruneContract(get: () => Store): void {
  it("deletes what is over and old, and counts it", async () => {
    const store = get();
    const change = { at: old, change: "resolved", details: {} } as const;
    await store.tickets.save([trackedTicket("old", { resolvedAt: old })], [{ system: "ggus", id: "old", change }]);
    await store.anomalies.save([anomaly("old", { openedAt: older, closedAt: old })]);
    await store.models.save(model("old", { entity: "pruned", trainedAt: older, active: false }));
    await store.history.append([alertChange("old", { at: older }), alertChange("old", { at: old, state: "resolved" })]);
    await store.messages.save(slackMessage("old", "0.1", { updatedAt: old }));
    await store.messages.claim("old", old);
    await store.acknowledgements.save({
      groupId: "old",
      by: "a",
      at: older,
      until: old,
      silenceId: null,
      endedAt: old,
    });
    await store.silences.save(ledgerEntry("old", { endedAt: old }));
    await store.feedback.save(feedback("old", { revokedAt: old }));
    await store.oncall.saveOverride({ id: "old", roster: "r", person: "p", from: older, to: old, by: "a" });
    await store.oncall.saveDelivery(delivery("old", { groupId: "old", sentAt: old }));
    await store.audit.append({ at: old, actor: "a", via: "cli", action: "x", subject: "y", details: {} });

    expect(await store.prune(before)).toBe(14);
    expect(await store.prune(before)).toBe(0);
    expect(await store.tickets.get("ggus", "old")).toBeNull();
    expect(await store.history.of("old")).toEqual([]);
    expect(await store.messages.claim("old", old)).toBe(true);
  });

  it("leaves what is still open, however old", async () => {
    const store = get();
    const change = { at: old, change: "appeared", details: {} } as const;
    await store.tickets.save([trackedTicket("ancient")], [{ system: "ggus", id: "ancient", change }]);
    await store.anomalies.save([anomaly("ancient", { openedAt: old })]);
    await store.models.save(model("ancient", { entity: "pruned", trainedAt: old }));
    await store.history.append([alertChange("ancient", { at: old })]);
    await store.silences.save(ledgerEntry("ancient", { startsAt: old }));
    await store.feedback.save(feedback("ancient", { at: old, subject: "pruned" }));
    await store.prune(before);
    expect(await store.tickets.history("ggus", "ancient")).toHaveLength(1);
    expect(await store.anomalies.get("ancient")).not.toBeNull();
    expect(await store.models.active("pruned")).toHaveLength(1);
    expect(await store.history.of("ancient")).toHaveLength(1);
    expect(await store.silences.get("ancient")).not.toBeNull();
    expect(await store.feedback.list({ subject: "pruned", limit: 5 })).toHaveLength(1);
  });
}
