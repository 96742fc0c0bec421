import { systemClock } from "../../alert/clock.ts";
import type { Feedback } from "../../store/store.ts";
import { createLinkIndex, wrongLinkSubject } from "../../tickets/link-index.ts";
import type { CommandContext } from "../command.ts";
import { findTicket, type LookRequest, withStore } from "./look.ts";
import { MAX_WRONG_LINKS } from "./sync.ts";

/** Lists the issues of more than one open ticket. @returns exit code 0 */
export async function listLinks(request: LookRequest, context: CommandContext): Promise<0> {
  const issues = await withStore(request, context, async (store) => {
    const links = createLinkIndex(
      store.tickets,
      () => store.feedback.list({ kind: "wrong-link", limit: MAX_WRONG_LINKS }),
      systemClock,
    );
    await links.update();
    return links.issues().filter(({ tickets }) => tickets.length > 1);
  });
  if (request.json === true) {
    const shown = issues.map(({ id, title, tickets, links }) => ({
      id,
      title,
      tickets: tickets.map((ticket) => `${ticket.system}/${ticket.id}`),
      links,
    }));
    context.out(`${JSON.stringify(shown, null, 2)}\n`);
    return 0;
  }
  for (const { title, tickets, links } of issues) {
    context.out(`${title}\n`);
    for (const { system, id, subject } of tickets) {
      context.out(`  ${`${system}/${id}`.padEnd(22)} ${subject}\n`);
    }
    for (const { left, right, reasons } of links) {
      context.out(`  because ${left} and ${right}: ${reasons.join(", ")}\n`);
    }
  }
  context.out(`${issues.length} issues of several tickets\n`);
  return 0;
}

/** Remembers that two tickets do not belong together, or takes that back. @returns exit code 0 */
export async function unlinkTickets(
  left: string,
  right: string,
  request: LookRequest & { readonly again?: boolean },
  context: CommandContext,
): Promise<0> {
  const now = systemClock();
  const by = context.environment["USER"] ?? "somebody";
  const isTakenBack = request.again === true;
  const keys = await withStore(request, context, async (store) => {
    const found = [await findTicket(store, left), await findTicket(store, right)];
    const keys = found.map(({ ticket }) => `${ticket.system}/${ticket.id}`);
    const subject = wrongLinkSubject(keys[0] ?? "", keys[1] ?? "");
    const feedback: Feedback = {
      id: `wrong-link ${subject}`,
      at: now,
      by,
      kind: "wrong-link",
      subject,
      details: {},
      revokedAt: isTakenBack ? now : null,
    };
    await store.feedback.save(feedback);
    const action = isTakenBack ? "tickets may be linked" : "tickets unlinked";
    await store.audit.append({ at: now, actor: by, via: "cli", action, subject, details: {} });
    return keys;
  });
  context.out(`${keys.join(" and ")} ${isTakenBack ? "may be linked again" : "will not be linked again"}\n`);
  return 0;
}
