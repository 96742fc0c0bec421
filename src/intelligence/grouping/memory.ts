import { createHash } from "node:crypto";
import { keysOf, Recent } from "./recent.ts";
import type { Facts, Firing, GroupKind, GroupState, Member, MemoryState } from "./types.ts";

const HOUR = 3600;
const MAX_MEMBERS = 400;
const MAX_TIMES = 12;
const MAX_VERDICTS = 5000;
const MAX_IDENTITIES = 50_000;
/** A group nobody joined for so long is closed; outages end by their announced end. */
const CLOSE_AFTER = 12 * HOUR;
/** Weight of the prior rate, in hours of observation. */
const PRIOR_HOURS = 24;
/** Between the signatures of a pair. */
const SEPARATOR = "\u0001";

/** Open groups, what fired lately, and how often things usually fire. All of it is bounded. */
export class Memory {
  readonly groups = new Map<string, GroupState>();
  readonly identities = new Map<string, Firing[]>();
  private readonly byKind = new Map<GroupKind, Set<GroupState>>();
  private readonly counts = new Map<string, number>();
  private readonly verdicts = new Map<string, number>();
  /** Signatures about which people said anything, to look nothing up for the others. */
  private judged: ReadonlySet<string> | null = null;
  private readonly recent: Recent;
  private next = 0;
  private firstAt: number | null = null;
  private lastAt = 0;
  private prunedAt = 0;

  constructor(state: MemoryState | null = null) {
    this.recent = new Recent(state?.recent ?? [], state?.places ?? []);
    if (state === null) {
      return;
    }
    this.next = state.next;
    this.firstAt = state.firstAt;
    this.lastAt = state.lastAt;
    for (const group of structuredClone(state.groups)) {
      this.register(group);
    }
    for (const [identity, entry] of structuredClone(state.identities)) {
      this.identities.set(identity, [...entry]);
    }
    for (const [key, count] of state.counts) {
      this.counts.set(key, count);
    }
    for (const [pair, verdict] of state.verdicts ?? []) {
      this.verdicts.set(pair, verdict);
    }
  }

  state(): MemoryState {
    return structuredClone({
      version: 1,
      next: this.next,
      firstAt: this.firstAt,
      lastAt: this.lastAt,
      groups: [...this.groups.values()],
      identities: [...this.identities],
      counts: [...this.counts],
      ...this.recent.state(),
      verdicts: [...this.verdicts],
    });
  }

  /** Takes note of time passing, forgets what is old, and gives the event's number. */
  begin(t: number): number {
    this.firstAt ??= t;
    this.lastAt = Math.max(this.lastAt, t);
    if (this.lastAt - this.prunedAt > 60) {
      this.prune();
    }
    return this.next++;
  }

  /** Events per hour of a node, a service or all losses, with a prior for the time before much was seen. */
  hourlyRate(key: string, prior: number): number {
    const hours = this.firstAt === null ? 0 : (this.lastAt - this.firstAt) / HOUR;
    return (prior * PRIOR_HOURS + (this.counts.get(key) ?? 0)) / (PRIOR_HOURS + hours);
  }

  countOrdinary(facts: Facts): void {
    for (const key of keysOf(facts)) {
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
  }

  /** What people said of two kinds of alerts, by their signatures: above 0 together, below 0 apart, 0 nothing. */
  verdict(left: string, right: string): number {
    return this.verdicts.get(pairOf(left, right)) ?? 0;
  }

  /** Whether people said anything about alerts with this signature. */
  isJudged(signature: string): boolean {
    this.judged ??= new Set([...this.verdicts.keys()].flatMap((pair) => pair.split(SEPARATOR)));
    return this.judged.has(signature);
  }

  /** Takes note of a person's merge or split; the latest word counts. */
  judge(left: string, right: string, verdict: 1 | -1): void {
    const pair = pairOf(left, right);
    this.judged = null;
    this.verdicts.delete(pair);
    this.verdicts.set(pair, verdict);
    for (const oldest of this.verdicts.keys()) {
      if (this.verdicts.size <= MAX_VERDICTS) {
        break;
      }
      this.verdicts.delete(oldest);
    }
  }

  /** What fired with this key in the last `seconds` before `t`, oldest first. */
  recentOf(key: string, t: number, seconds: number): readonly Member[] {
    return this.recent.of(key, t, seconds);
  }

  groupOf(event: number): GroupState | undefined {
    const id = this.recent.placeOf(event);
    return id === undefined ? undefined : this.groups.get(id);
  }

  ofKind(kind: GroupKind): Iterable<GroupState> {
    return this.byKind.get(kind) ?? [];
  }

  /** Says what a group turned out to be about. */
  describe(group: GroupState, kind: GroupKind, subject: string): void {
    this.byKind.get(group.kind)?.delete(group);
    group.kind = kind;
    group.subject = subject;
    this.register(group);
  }

  private register(group: GroupState): void {
    this.groups.set(group.id, group);
    const same = this.byKind.get(group.kind);
    if (same === undefined) {
      this.byKind.set(group.kind, new Set([group]));
    } else {
      same.add(group);
    }
  }

  private close(group: GroupState): void {
    this.groups.delete(group.id);
    this.byKind.get(group.kind)?.delete(group);
  }

  open(kind: GroupKind, subject: string, member: Member): GroupState {
    const digest = createHash("sha1").update(`${member.facts.identity}\u0000${member.t}`).digest("hex");
    const plain = `g-${digest.slice(0, 16)}`;
    const id = this.groups.has(plain) ? `${plain}-${member.event}` : plain;
    const group: GroupState = {
      id,
      kind,
      subject,
      openedAt: member.t,
      lastAt: member.t,
      members: [],
      size: 0,
      touched: [],
    };
    this.register(group);
    return group;
  }

  /** The oldest group among those of the events that holds nothing but them, else a new one: its id stays what people know. */
  openFor(members: readonly Member[]): GroupState {
    const events = new Set(members.map((member) => member.event));
    const ordered = [...members].sort((left, right) => left.t - right.t || left.event - right.event);
    for (const member of ordered) {
      const group = this.groupOf(member.event);
      if (group?.members.every((other) => events.has(other.event))) {
        return group;
      }
    }
    const [first] = ordered;
    if (first === undefined) {
      throw new Error("a burst has at least one event");
    }
    return this.open("alone", first.facts.name, first);
  }

  /** Puts a new event into a group. */
  place(member: Member, group: GroupState): void {
    this.enter(member, group);
    this.recent.remember(member);
    const { identity } = member.facts;
    const known = this.identities.get(identity) ?? [];
    this.identities.delete(identity);
    const firing = { t: member.t, event: member.event, groupId: group.id };
    this.identities.set(identity, [...known, firing].slice(-MAX_TIMES));
  }

  /** Takes an event out of its group and puts it into another; an emptied group is gone. */
  move(member: Member, to: GroupState): void {
    const from = this.groupOf(member.event);
    if (from === undefined || from === to) {
      return;
    }
    from.members = from.members.filter((other) => other.event !== member.event);
    from.size -= 1;
    from.lastAt = from.members.at(-1)?.t ?? from.openedAt;
    if (from.size === 0) {
      this.close(from);
    }
    this.enter(member, to);
    for (const firing of this.identities.get(member.facts.identity) ?? []) {
      if (firing.event === member.event) {
        firing.groupId = to.id;
      }
    }
  }

  /** As `move`, for an event that is older than what is remembered of places. */
  take(member: Member, from: GroupState, into: GroupState): void {
    this.recent.put(member.event, from);
    this.move(member, into);
  }

  /** Takes all events of a group into another. */
  absorb(from: GroupState, into: GroupState): void {
    for (const member of from.members) {
      this.take(member, from, into);
    }
    into.size += from.size;
    this.close(from);
  }

  private enter(member: Member, group: GroupState): void {
    group.members.push(member);
    group.members.sort((left, right) => left.t - right.t || left.event - right.event);
    if (group.members.length > MAX_MEMBERS) {
      group.members.splice(MAX_MEMBERS / 2, 1);
    }
    group.size += 1;
    group.openedAt = Math.min(group.openedAt, member.t);
    group.lastAt = Math.max(group.lastAt, member.t);
    this.recent.put(member.event, group);
  }

  private prune(): void {
    this.prunedAt = this.lastAt;
    for (const group of this.groups.values()) {
      const until = Math.max(group.lastAt, group.members[0]?.facts.outage?.endsAt ?? 0);
      if (this.lastAt - until > CLOSE_AFTER) {
        this.close(group);
      }
    }
    this.recent.prune(this.lastAt, this.next);
    for (const identity of this.identities.keys()) {
      if (this.identities.size <= MAX_IDENTITIES) {
        break;
      }
      this.identities.delete(identity);
    }
  }
}

function pairOf(left: string, right: string): string {
  return left < right ? `${left}${SEPARATOR}${right}` : `${right}${SEPARATOR}${left}`;
}
