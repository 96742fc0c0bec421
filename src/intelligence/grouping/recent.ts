import type { Facts, GroupState, Member } from "./types.ts";

/** How long single events are remembered, seconds. */
const RECENT = 15 * 60;
const MAX_PER_KEY = 300;
const MAX_ALL = 20_000;

/** What fired in the last minutes, by node, service and kind, and into which group each event went. */
export class Recent {
  private readonly byKey = new Map<string, Member[]>();
  private readonly places = new Map<number, string>();
  private all: Member[] = [];

  constructor(members: readonly Member[], places: readonly (readonly [number, string])[]) {
    for (const [event, group] of places) {
      this.places.set(event, group);
    }
    for (const member of members) {
      this.remember(member);
    }
  }

  state() {
    return { recent: this.all, places: [...this.places] };
  }

  remember(member: Member): void {
    this.all.push(member);
    for (const key of keysOf(member.facts)) {
      const list = this.byKey.get(key) ?? [];
      list.push(member);
      if (list.length > MAX_PER_KEY) {
        list.shift();
      }
      this.byKey.set(key, list);
    }
  }

  /** What fired with this key in the last `seconds` before `t`, oldest first. */
  of(key: string, t: number, seconds: number): readonly Member[] {
    return (this.byKey.get(key) ?? []).filter((member) => t - member.t <= seconds);
  }

  placeOf(event: number): string | undefined {
    return this.places.get(event);
  }

  put(event: number, group: GroupState): void {
    this.places.set(event, group.id);
  }

  /** Forgets what is older than a quarter of an hour. @param next number of the next event */
  prune(now: number, next: number): void {
    const old = this.all.findIndex((member) => now - member.t <= RECENT);
    this.all = old < 0 ? [] : this.all.slice(Math.max(old, this.all.length - MAX_ALL));
    for (const [key, list] of this.byKey) {
      const kept = list.filter((member) => now - member.t <= RECENT);
      if (kept.length === 0) {
        this.byKey.delete(key);
      } else {
        this.byKey.set(key, kept);
      }
    }
    const oldest = this.all[0]?.event ?? next;
    for (const event of this.places.keys()) {
      if (event < oldest) {
        this.places.delete(event);
      }
    }
  }
}

/** Keys that bursts are looked for under. */
export function keysOf(facts: Facts): readonly string[] {
  if (facts.source !== "alert") {
    return [];
  }
  return [
    ...(facts.node === null ? [] : [`node:${facts.node}`]),
    ...(facts.service === null ? [] : [`service:${facts.service}`]),
    ...(facts.isLoss && !facts.isRestart ? ["loss"] : []),
  ];
}
