import type { Session } from "./frame/session.ts";
import type { SilenceView } from "../detail-views.ts";
import { age, chip, clock, duration, now } from "./parts/format.tsx";
import { openSilenceDialog } from "./parts/silence-dialog.tsx";

/** The ledger: what is hidden, by whom, why, until when, and what it has hidden. */
export function SSS {
  const live = silences.filter(({ state }) => state !== "expired");
  const expired = silences.filter(({ state }) => state === "expired");
  return <><div class="row"><h1>Silences</h1>{context.may("operator") &&
        <button type="button" class="primary" onClick={() => openSilenceDialog(['service=""'], context)}>New silence…</button>}</div>{live.length === 0 && <p class="empty">Nothing is silenced.</p>}<div class="groups">{live.map((silence) => silenceCard(silence, context))}</div>{expired.length > 0 && <><h2>Ended</h2><div class="groups">{expired.slice(0, 50).map((silence) => silenceCard(silence, context))}</div></>}</>;
}

function silenceCard(
  { id, matchers, startsAt, endsAt, state, createdBy, comment, ours, owner, purpose, hides, hidden }: SilenceView,
  { act, may }: Session,
) {
  return <article class="card" key={id}><div class="row"><div class="labels">{matchers.map((matcher) => <code>{matcher}</code>)}</div>{state === "active" &&
        ours &&
        may("operator") &&
        <button type="button" onClick={() => act({ kind: "expire-silence", silence: id })}>End it</button>}</div><p>{comment.replace(/\s*\[cmswatch\]\s*$/, "")}</p><p class="meta">{chip(state === "expired" ? "resolved" : "silenced", state)}<span>{"by "}<b>{owner ?? createdBy}</b></span>{purpose && <span>{purpose}</span>}<span>{`hides ${hides} now, ${hidden} in all`}</span>{state === "active"
        ? <span title={clock(endsAt)}>{`${duration(Date.parse(endsAt) - now())} left`}</span>
        : age(state === "pending" ? startsAt : endsAt, state === "pending" ? "begins " : "ended ")}{!ours && <span>made elsewhere</span>}</p></article>;
}
