import type { Delivery } from "../../store/store.ts";
import type { EscalationParts } from "../escalation-parts.ts";
import { NotDelivered, type PageMessage } from "../pages.ts";
import type { PersonWay } from "../schema.ts";
import type { PageWay } from "./way.ts";

/** How long a way is waited for when another is left, and when none is. */
const PATIENCE = 15_000;
const LAST_PATIENCE = 120_000;
/** A way that failed is tried again after this. */
const AGAIN_AFTER = 30_000;

/** Whether a page reached anybody, and why not. */
export type SendOutcome =
  | { readonly delivered: true }
  | { readonly delivered: false; readonly final: boolean; readonly problem: string };

interface ByWays {
  readonly page: PageMessage;
  readonly ways: readonly PersonWay[];
  /** Since when the page is due, in milliseconds; null for what follows a page that reached its person. */
  readonly due: number | null;
}

/**
 * Sends a page by each way that is due and has not delivered it. Where a way fails the next is tried at once, whatever it
 * waits for, and says so in the page.
 * @param elapsed milliseconds since the page was due
 */
export async function sendByWays(
  parts: EscalationParts,
  { page, ways, due }: ByWays,
  elapsed: number,
  now: Date,
): Promise<SendOutcome> {
  const before = await parts.store.oncall.deliveries(page.group.id);
  const problems: NotDelivered[] = [];
  let delivered = false;
  for (const [index, { via, after }] of ways.entries()) {
    const id = via === "slack" ? page.key : `${page.key}:${via}`;
    const known = before.find((one) => one.id === id);
    if (known !== undefined && known.deliveredAt !== null) {
      delivered = true;
      continue;
    }
    const isDue = after <= elapsed || (!delivered && problems.length > 0) || (index === 0 && !delivered);
    const wasTried = elapsed > 0 && known !== undefined && now.getTime() - known.sentAt.getTime() < AGAIN_AFTER;
    if (!isDue || wasTried || (elapsed > 0 && !(await claimed(parts, id, now)))) {
      continue;
    }
    const note =
      problems.length === 0 ? null : `Sent this way since ${problems.map(({ message }) => message).join("; ")}.`;
    const patience = index < ways.length - 1 ? PATIENCE : LAST_PATIENCE;
    const failed = await sendBy(parts, { page, id, via, note, patience, due }, now);
    if (failed === null) {
      delivered = true;
    } else {
      problems.push(failed);
    }
  }
  if (delivered) {
    return { delivered };
  }
  const problem = problems.map(({ message }) => message).join("; ");
  return { delivered, final: problems.length > 0 && problems.every(({ final }) => final), problem };
}

/** Of several replicas one follows up, at most every half minute. */
function claimed({ store }: EscalationParts, id: string, now: Date): Promise<boolean> {
  return store.messages.claim(`${id}:after:${Math.floor(now.getTime() / AGAIN_AFTER)}`, now);
}

interface OneSend {
  readonly page: PageMessage;
  readonly id: string;
  readonly via: string;
  readonly note: string | null;
  readonly patience: number;
  readonly due: number | null;
}

/** @returns why it failed; null when it was delivered */
async function sendBy(
  parts: EscalationParts,
  { page, id, via, note, patience, due }: OneSend,
  now: Date,
): Promise<NotDelivered | null> {
  const { store, clock, onPage } = parts;
  const { person, group, step } = page;
  const delivery = deliveryOf({ id, groupId: group.id, person: person.name, way: via, step }, now);
  await store.oncall.saveDelivery(delivery);
  const way = wayNamed(parts, via);
  try {
    await within(patience, way.send(page, note), via);
  } catch (error) {
    onPage?.({ way: via, outcome: "failed", delay: null });
    return error instanceof NotDelivered ? error : new NotDelivered(messageOf(error));
  }
  const at = clock?.() ?? now;
  await store.oncall.saveDelivery({ ...delivery, deliveredAt: at });
  onPage?.({ way: via, outcome: "delivered", delay: due === null ? null : at.getTime() - due });
  return null;
}

function wayNamed({ ways, deliver }: EscalationParts, via: string): PageWay {
  const known = ways?.get(via);
  if (known !== undefined) {
    return known;
  }
  const send = async (page: PageMessage) => {
    if (via !== "slack") {
      throw new NotDelivered(`the way "${via}" is not configured`, true);
    }
    await deliver(page);
  };
  return { name: via, send };
}

/** A way that does not answer in time has failed for now; what it does later is known by the page's key. */
async function within(patience: number, sending: Promise<void>, via: string): Promise<void> {
  let timer: NodeJS.Timeout | null = null;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NotDelivered(`${via} did not answer within ${patience / 1000} s`)), patience);
    timer.unref();
  });
  // The loser of the race is not left without a catch.
  sending.catch(() => {});
  try {
    await Promise.race([sending, late]);
  } finally {
    if (timer !== null) {
      clearTimeout(timer);
    }
  }
}

/** A page as it is written down when it is sent. */
export function deliveryOf(
  about: Pick<Delivery, "id" | "groupId" | "person" | "step"> & { readonly way: string },
  sentAt: Date,
): Delivery {
  return { ...about, sentAt, deliveredAt: null, seenAt: null, answeredAt: null };
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
