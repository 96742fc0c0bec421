import { useEffect, useState } from "preact/hooks";
import type { SilenceView } from "../detail-views.ts";
import type { Session } from "./frame/session.ts";
import { age, chip, clock, duration, now } from "./parts/format.tsx";

const MOST_ENDED = 50;

interface SilencesData {
  readonly silences: readonly SilenceView[];
}

/**
 * What is hidden, by whom, why, until when, and what it has hidden. An address with `matcher=…` (several may be given),
 * `minutes` and `reason` opens a prefilled dialog.
 */
export function silencesPage(search: URLSearchParams) {
  return ({ silences }: SilencesData, session: Session) => (
    <Silences silences={silences} search={search} session={session} />
  );
}

function Silences({ silences, search, session }: SilencesData & { search: URLSearchParams; session: Session }) {
  const [words, setWords] = useState("");
  const { openSilence, may } = session;
  const mayAct = may("operator");
  useEffect(() => {
    const matchers = search.getAll("matcher");
    if (matchers.length > 0 && mayAct) {
      openSilence({ matchers, minutes: Number(search.get("minutes") ?? 60), reason: search.get("reason") ?? "" });
    }
  }, [search.toString(), mayAct]);
  const found = silences.filter((silence) => mentions(silence, words));
  const live = found.filter(({ state }) => state !== "expired");
  const expired = found.filter(({ state }) => state === "expired");
  return (
    <>
      <div class="row">
        <h1>Silences</h1>
        {mayAct && (
          <button type="button" class="primary" onClick={() => openSilence({ matchers: [] })}>
            New silence…
          </button>
        )}
      </div>
      <form class="filter" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          Search
          <input
            type="search"
            value={words}
            placeholder="matcher, owner or reason"
            onInput={({ currentTarget }) => setWords(currentTarget.value)}
          />
        </label>
      </form>
      {live.length === 0 && <p class="empty">{words === "" ? "Nothing is silenced." : "No silence matches."}</p>}
      <div class="groups">
        {live.map((silence) => (
          <SilenceCard key={silence.id} silence={silence} session={session} />
        ))}
      </div>
      {expired.length > 0 && (
        <>
          <h2>Ended</h2>
          <div class="groups">
            {expired.slice(0, MOST_ENDED).map((silence) => (
              <SilenceCard key={silence.id} silence={silence} session={session} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

function mentions({ matchers, comment, owner, createdBy, purpose }: SilenceView, words: string): boolean {
  const all = [...matchers, comment, owner ?? createdBy, purpose ?? ""].join("\n").toLowerCase();
  return words
    .toLowerCase()
    .trim()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

function SilenceCard({ silence, session }: { readonly silence: SilenceView; readonly session: Session }) {
  const { id, matchers, startsAt, endsAt, state, createdBy, comment, ours, owner, purpose, hides, hidden } = silence;
  const reason = comment.replace(/\s*\[cmswatch\]\s*$/, "");
  return (
    <article class="card">
      <div class="row">
        <div class="labels">
          {matchers.map((matcher) => (
            <code key={matcher}>{matcher}</code>
          ))}
        </div>
        {session.may("operator") && (
          <div class="buttons">
            <button type="button" onClick={() => session.openSilence({ matchers, reason })}>
              Copy…
            </button>
            {state === "active" && ours && (
              <button type="button" onClick={() => void session.act({ kind: "expire-silence", silence: id })}>
                End it
              </button>
            )}
          </div>
        )}
      </div>
      <p>{reason}</p>
      <p class="meta">
        {chip(state === "expired" ? "resolved" : "silenced", state)}
        <span>
          {"by "}
          <b>{owner ?? createdBy}</b>
        </span>
        {purpose !== null && <span>{purpose}</span>}
        <span>{`hides ${hides} now, ${hidden} in all`}</span>
        {state === "active" ? (
          <span title={clock(endsAt)}>{`${duration(Date.parse(endsAt) - now())} left`}</span>
        ) : (
          age(state === "pending" ? startsAt : endsAt, state === "pending" ? "begins " : "ended ")
        )}
        {!ours && <span>made elsewhere</span>}
      </p>
    </article>
  );
}
