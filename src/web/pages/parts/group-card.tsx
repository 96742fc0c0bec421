import type { AlertView, GroupView } from "../../views.ts";
import type { Session } from "../frame/session.ts";
import { age, chip, clock, severity } from "./format.tsx";
import { Inline } from "./markdown.tsx";
import { matchersOf } from "./silence-dialog.tsx";

interface GroupCardProps {
  readonly group: GroupView;
  readonly session: Session;
  /** Where several can be chosen: whether this one is, and what turns it. */
  readonly isChosen?: boolean;
  readonly choose?: () => void;
}

/** One group of alerts: what is wrong, since when, what to do, and what is in it. */
export function GroupCard({ group, session, isChosen, choose }: GroupCardProps) {
  const { id, title, state, alerts, runbook } = group;
  const [step] = runbook?.firstSteps ?? [];
  return (
    <article class={`card group ${state} s-${group.severity}`} id={`group-${id}`} tabIndex={-1}>
      <div class="row">
        <div class="what">
          {choose !== undefined && (
            <input type="checkbox" checked={isChosen} aria-label={`Choose ${title}`} onChange={choose} />
          )}
          {severity(group.severity)}
          <h3>
            <a href={`/groups/${encodeURIComponent(id)}`}>{title}</a>
          </h3>
        </div>
        <div class="buttons">
          <GroupButtons group={group} session={session} />
        </div>
      </div>
      <GroupFacts group={group} />
      {runbook !== null && step !== undefined && (
        <p class="step">
          <b>{"First: "}</b>
          <Inline text={step} /> <a href={runbook.url}>{runbook.title}</a>
        </p>
      )}
      <details>
        <summary>Why, and what is in it</summary>
        <GroupReasons group={group} />
        <div class="alerts">{alerts.map((alert) => alertRow(alert, group.rootFingerprint))}</div>
      </details>
    </article>
  );
}

/** Its state, service, size, age and owners in a line. */
export function GroupFacts({ group }: Pick<GroupCardProps, "group">) {
  const { state, acknowledgedBy, service, alerts, startsAt, owners } = group;
  return (
    <p class="meta">
      {chip(state, acknowledgedBy === null ? undefined : `acknowledged by ${acknowledgedBy}`)}
      {service !== null && <a href={`/services/${encodeURIComponent(service)}`}>{service}</a>}
      <span>{`${alerts.length} ${alerts.length === 1 ? "alert" : "alerts"}`}</span>
      {age(startsAt, "since ")}
      {owners.length > 0 && <span>{owners.join(", ")}</span>}
    </p>
  );
}

/** Why these are one group, and what may help. */
export function GroupReasons({ group: { reasons, solutions } }: Pick<GroupCardProps, "group">) {
  return (
    <>
      {reasons.length > 0 && (
        <ul class="plain">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {solutions.length > 0 && (
        <>
          <h4>What may help</h4>
          <ol class="plain">
            {solutions.map(({ id, text, reason }) => (
              <li key={id}>
                <Inline text={text} />
                <span class="faint">{` — ${reason}`}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

/** What a person may do to it now. */
export function GroupButtons({ group, session }: GroupCardProps) {
  const { act, may, openSilence } = session;
  if (!may("operator") || group.state === "resolved") {
    return null;
  }
  return (
    <>
      {group.state === "firing" && (
        <button
          type="button"
          class="primary acknowledge"
          onClick={() => void act({ kind: "acknowledge", group: group.id })}
        >
          Acknowledge
        </button>
      )}
      {group.state === "acknowledged" && (
        <button type="button" onClick={() => void act({ kind: "unacknowledge", group: group.id })}>
          Give back
        </button>
      )}
      <button type="button" class="silence" onClick={() => openSilence({ matchers: matchersOf(group) })}>
        Silence…
      </button>
    </>
  );
}

/** One alert in a list; its labels lead to all alerts that share them. @param shown names of labels that stand elsewhere */
export function alertRow(alert: AlertView, root: string | null, shown: readonly string[] = ["service"]) {
  const hidden = ["alertname", "severity", ...shown];
  const { annotations, labels } = alert;
  const text = annotations["summary"] ?? annotations["description"] ?? annotations["Subject"] ?? "";
  return (
    <div class="alert" key={alert.fingerprint}>
      <div class="row">
        <span>
          <b>{alert.name}</b> {severity(alert.severity)}
          {alert.fingerprint === root && (
            <>
              {" "}
              <span class="chip">cause</span>
            </>
          )}
        </span>
        <span class="faint" title={clock(alert.startsAt)}>
          {age(alert.startsAt)}
        </span>
      </div>
      {text !== "" && <p>{text}</p>}
      <p class="labels">
        {Object.entries(labels)
          .filter(([name]) => !hidden.includes(name))
          .map(([name, value]) => (
            <a
              key={name}
              class="label"
              href={`/alerts?${new URLSearchParams({ filter: `${quoted(name)}=${JSON.stringify(value)}` })}`}
            >
              <code>{`${name}=${value}`}</code>
            </a>
          ))}
      </p>
    </div>
  );
}

/** A label's name as a matcher takes it. */
function quoted(name: string): string {
  return /^[a-zA-Z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
