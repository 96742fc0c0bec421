import type { Session } from "../frame/session.ts";
import type { AlertView, GroupView } from "../../views.ts";
import { age, chip, clock, severity } from "./parts/format.tsx";
import { Inline } from "./parts/markdown.tsx";
import { matchersOf, openSilenceDialog } from "./parts/silence-dialog.tsx";

/** One group of alerts: what is wrong, since when, what to do, and what is in it. */
export function groupCard(group: GroupView, session: Session) {
  const { id, title, state, startsAt, acknowledgedBy, alerts, owners, reasons, runbook, solutions } = group;
  return <article class={`card group ${state} s-${group.severity}`} key={id} id={`group-${id}`}><div class="row"><div class="what">{severity(group.severity)}<h3>{title}</h3></div><div class="buttons">{buttons(group, session)}</div></div><p class="meta">{chip(state, acknowledgedBy ? `acknowledged by ${acknowledgedBy}` : undefined)}{group.service && <a href={`/services/${encodeURIComponent(group.service)}`}>{group.service}</a>}<span>{`${alerts.length} ${alerts.length === 1 ? "alert" : "alerts"}`}</span>{age(startsAt, "since ")}{owners.length > 0 && <span>{owners.join(", ")}</span>}</p>{runbook &&
      runbook.firstSteps.length > 0 &&
      <p class="step"><b>{"First: "}</b><Inline text={runbook.firstSteps[0]} />{" "}{runbookLink(runbook)}</p>}<details><summary>Why, and what is in it</summary>{reasons.length > 0 &&
        <ul class="plain">{reasons.map((reason) => <li>{reason}</li>)}</ul>}{solutions.length > 0 && <><h4>What may help</h4><ol class="plain">{solutions.map(({ text, reason }) => <li><Inline text={text} /><span class="faint">{` — ${reason}`}</span></li>)}</ol></>}<div class="alerts">{alerts.map((alert) => alertRow(alert, group.rootFingerprint))}</div></details></article>;
}

function buttons(group: GroupView, { act, may, openSilence }: Session) {
  if (!may("operator") || group.state === "resolved") {
    return null;
  }
  const isFiring = group.state === "firing";
  return <>{isFiring
      ? <button type="button" class="primary" onClick={() => act({ kind: "acknowledge", group: group.id })}>Acknowledge</button>
      : group.state === "acknowledged" &&
        <button type="button" onClick={() => act({ kind: "unacknowledge", group: group.id })}>Give back</button>}<button type="button" onClick={() => openSilence({ matchers: matchersOf(group) })}>Silence…</button></>;
}

function runbookLink({ title, url }: { readonly title: string; readonly url: string }) {
  return <a href={url}>{title}</a>;
}

/** One alert in a list. @param shown names of labels that stand elsewhere */
export function alertRow(alert: AlertView, root: string | null, shown: readonly string[] = ["service"]) {
  const hidden = ["alertname", "severity", ...shown];
  const text = alert.annotations.summary ?? alert.annotations.description ?? alert.annotations.Subject ?? "";
  return <div class="alert" key={alert.fingerprint}><div class="row"><span><b>{alert.name}</b>{" "}{severity(alert.severity)}{alert.fingerprint === root && <>{" "}<span class="chip">cause</span></>}</span><span class="faint" title={clock(alert.startsAt)}>{age(alert.startsAt)}</span></div>{text && <p>{text}</p>}<p class="labels">{Object.entries(alert.labels)
        .filter(([name]) => !hidden.includes(name))
        .map(([name, value]) => <code>{`${name}=${value}`}</code>)}</p></div>;
}
