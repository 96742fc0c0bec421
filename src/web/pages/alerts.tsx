import { useState } from "preact/hooks";
import type { AlertView, GroupView } from "../views.ts";
import type { Session } from "./frame/session.ts";
import { severity } from "./parts/format.tsx";
import { alertRow, GroupCard } from "./parts/group-card.tsx";
import { matchersOf } from "./parts/silence-dialog.tsx";

/** As many groups are drawn at first; the rest on demand, so that a thousand stay quick. */
const AT_ONCE = 100;
const STATES = ["firing", "acknowledged", "silenced"] as const;

interface AlertsData {
  readonly groups: readonly GroupView[];
}

/** All groups, those that fire first; by matchers, by words, and regrouped by a label where one is asked for. */
export function alertsPage(search: URLSearchParams) {
  return ({ groups }: AlertsData, session: Session) => <Alerts groups={groups} search={search} session={session} />;
}

function Alerts({ groups, search, session }: AlertsData & { search: URLSearchParams; session: Session }) {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState(AT_ONCE);
  const by = search.get("by") ?? "";
  const found = groups.filter((group) => mentions(group, words));
  const open = found.filter(({ state }) => state !== "resolved");
  const resolved = found.filter(({ state }) => state === "resolved");
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) {
      next.add(id);
    }
    setChosen(next);
  };
  return (
    <>
      <h1>Alerts</h1>
      <Filter search={search} words={words} setWords={setWords} groups={groups} />
      <Counters groups={open} />
      {session.may("operator") && chosen.size > 0 && (
        <Together
          chosen={open.filter(({ id }) => chosen.has(id))}
          session={session}
          done={() => setChosen(new Set())}
        />
      )}
      {open.length === 0 && (
        <p class="empty good">
          {search.get("filter") || words !== "" ? "Nothing that fires matches." : "Nothing is firing."}
        </p>
      )}
      {by === "" ? (
        <div class="groups">
          {open.slice(0, most).map((group) => (
            <GroupCard
              key={group.id}
              group={group}
              session={session}
              {...(session.may("operator") ? { isChosen: chosen.has(group.id), choose: () => toggle(group.id) } : {})}
            />
          ))}
        </div>
      ) : (
        regrouped(open, by)
      )}
      {by === "" && open.length > most && (
        <button type="button" onClick={() => setMost(most + AT_ONCE)}>
          {`Show more (${open.length - most} left)`}
        </button>
      )}
      {by === "" && resolved.length > 0 && (
        <>
          <h2>Resolved recently</h2>
          <div class="groups">
            {resolved.slice(0, AT_ONCE).map((group) => (
              <GroupCard key={group.id} group={group} session={session} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

/** True when every word stands somewhere in the group's title, service, severity, labels or annotations. */
function mentions(group: GroupView, words: string): boolean {
  if (words.trim() === "") {
    return true;
  }
  const texts = group.alerts.flatMap(({ labels, annotations }) => [
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    ...Object.values(annotations),
  ]);
  const all = [group.title, group.service ?? "", group.severity, ...texts].join("\n").toLowerCase();
  return words
    .toLowerCase()
    .trim()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

interface FilterProps {
  readonly search: URLSearchParams;
  readonly words: string;
  readonly setWords: (words: string) => void;
  readonly groups: readonly GroupView[];
}

function Filter({ search, words, setWords, groups }: FilterProps) {
  const names = [
    ...new Set(groups.flatMap(({ alerts }) => alerts.flatMap(({ labels }) => Object.keys(labels)))),
  ].sort();
  return (
    <form class="filter" action="/alerts" role="search">
      <label>
        Words
        <input
          type="search"
          value={words}
          placeholder="dbs latency"
          autocomplete="off"
          onInput={({ currentTarget }) => setWords(currentTarget.value)}
        />
      </label>
      <label>
        Matchers
        <input
          name="filter"
          value={search.get("filter") ?? ""}
          placeholder={'service="dbs", severity=~"high|critical"'}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label>
        Group by label
        <input
          name="by"
          value={search.get("by") ?? ""}
          placeholder="service"
          autocomplete="off"
          spellcheck={false}
          list="label-names"
        />
      </label>
      <datalist id="label-names">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="submit">Show</button>
    </form>
  );
}

/** How many groups there are by state and by severity; a severity leads to its own list. */
function Counters({ groups }: AlertsData) {
  const severities = [...new Set(groups.map((group) => group.severity))];
  return (
    <p class="meta">
      {STATES.map((state) => (
        <span key={state}>{`${groups.filter((group) => group.state === state).length} ${state}`}</span>
      ))}
      {severities.map((name) => (
        <a key={name} href={`/alerts?${new URLSearchParams({ filter: `severity=${JSON.stringify(name)}` })}`}>
          {severity(name)} {groups.filter((group) => group.severity === name).length}
        </a>
      ))}
    </p>
  );
}

/** What can be done to several groups at once. */
function Together({ chosen, session, done }: { chosen: readonly GroupView[]; session: Session; done: () => void }) {
  const [note, setNote] = useState("");
  const acknowledge = async () => {
    for (const { id } of chosen.filter(({ state }) => state === "firing")) {
      await session.act({ kind: "acknowledge", group: id });
    }
    done();
  };
  const write = async () => {
    if (await session.act({ kind: "note", groups: chosen.map(({ id }) => id), text: note })) {
      setNote("");
      done();
    }
  };
  const shared = matchersOf({ alerts: chosen.flatMap(({ alerts }) => alerts) });
  return (
    <section class="card row" aria-label="Chosen groups">
      <b>{`${chosen.length} chosen`}</b>
      <div class="buttons">
        <button type="button" class="primary" onClick={acknowledge}>
          Acknowledge all
        </button>
        {shared.length > 0 && (
          <button type="button" onClick={() => session.openSilence({ matchers: shared })}>
            Silence what they share…
          </button>
        )}
        <input
          value={note}
          placeholder="a note for all of them"
          aria-label="Note"
          maxLength={1000}
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <button type="button" disabled={note.trim() === ""} onClick={write}>
          Add note
        </button>
        <button type="button" onClick={done}>
          Clear
        </button>
      </div>
    </section>
  );
}

function regrouped(groups: readonly GroupView[], label: string) {
  const sets = new Map<string, AlertView[]>();
  for (const alert of groups.flatMap(({ alerts }) => alerts)) {
    const value = Object.hasOwn(alert.labels, label) ? (alert.labels[label] ?? "") : "";
    sets.set(value, [...(sets.get(value) ?? []), alert]);
  }
  return (
    <div class="groups">
      {[...sets]
        .sort(([, left], [, right]) => right.length - left.length)
        .map(([value, alerts]) => (
          <section class="card" key={`${label}=${value}`}>
            <h2 class="flush">
              {value === "" ? `without ${label}` : `${label}=${value}`}
              <span class="count">{alerts.length}</span>
              {[...new Set(alerts.map((alert) => alert.severity))].map((name) => name !== null && severity(name))}
            </h2>
            <div class="alerts">{alerts.map((alert) => alertRow(alert, null, [label]))}</div>
          </section>
        ))}
    </div>
  );
}
