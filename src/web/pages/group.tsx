import { useState } from "preact/hooks";
import type { GroupPageView } from "../history-views.ts";
import type { Session } from "./frame/session.ts";
import { clock, duration, now, severity } from "./parts/format.tsx";
import { alertRow, GroupButtons, GroupFacts, GroupReasons } from "./parts/group-card.tsx";
import { HistoryList } from "./parts/history-list.tsx";
import { Inline } from "./parts/markdown.tsx";
import { table } from "./parts/table.tsx";

/** One group of alerts: what it is, what happened to it and who did what, its alerts, and what to do. */
export function groupPage(data: GroupPageView, session: Session) {
  return <Group data={data} session={session} />;
}

function Group({ data, session }: { readonly data: GroupPageView; readonly session: Session }) {
  const { group, title, began, ended, entries, pages } = data;
  return (
    <>
      <p class="crumbs">
        <a href="/alerts">Alerts</a> / group
      </p>
      <section class={`card head group ${group?.state ?? "resolved"}`}>
        <div class="row">
          <h1>
            {title} {group !== null && severity(group.severity)}
          </h1>
          <div class="buttons">{group !== null && <GroupButtons group={group} session={session} />}</div>
        </div>
        {group !== null && <GroupFacts group={group} />}
        <p class="meta">
          {began !== null && <span>{`began ${clock(began)}`}</span>}
          {ended !== null && <span>{`ended ${clock(ended)}`}</span>}
          {began !== null && (
            <span>
              {`lasted ${duration((ended === null ? now() : Date.parse(ended)) - Date.parse(began))}${ended === null ? " so far" : ""}`}
            </span>
          )}
        </p>
      </section>
      <div class="columns">
        <div>
          <h2>History</h2>
          <HistoryList entries={entries} isOne />
          {session.may("operator") && <NoteForm id={data.id} session={session} />}
          {group !== null && (
            <>
              <h2>
                Alerts<span class="count">{group.alerts.length}</span>
              </h2>
              <div class="alerts card">{group.alerts.map((alert) => alertRow(alert, group.rootFingerprint))}</div>
            </>
          )}
        </div>
        <aside aria-label="What to know about it">
          {group?.runbook && (
            <>
              <h2>First steps</h2>
              <div class="card">
                <p>
                  <a href={group.runbook.url}>{group.runbook.title}</a>
                </p>
                <ol class="plain">
                  {group.runbook.firstSteps.map((step) => (
                    <li key={step}>
                      <Inline text={step} />
                    </li>
                  ))}
                </ol>
              </div>
            </>
          )}
          {group !== null && (
            <>
              <h2>Why one group</h2>
              <div class="card">
                <GroupReasons group={group} />
              </div>
            </>
          )}
          <h2>Who was paged</h2>
          {pages.length === 0 ? (
            <p class="empty">Nobody.</p>
          ) : (
            table(
              ["person", "sent", "delivered", "answered"],
              pages.map(({ person, sentAt, deliveredAt, answeredAt }) => [
                person,
                clock(sentAt),
                deliveredAt === null ? "no" : clock(deliveredAt),
                answeredAt === null ? "no" : clock(answeredAt),
              ]),
            )
          )}
        </aside>
      </div>
    </>
  );
}

function NoteForm({ id, session }: { readonly id: string; readonly session: Session }) {
  const [text, setText] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (await session.act({ kind: "note", groups: [id], text })) {
      setText("");
    }
  };
  return (
    <form class="card form" onSubmit={submit}>
      <label>
        Note for whoever looks later
        <input required maxLength={1000} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      <button type="submit">Add note</button>
    </form>
  );
}
