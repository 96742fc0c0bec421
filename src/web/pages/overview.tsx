import type { GroupView, ServiceView, StatusView } from "../views.ts";
import type { Session } from "./frame/session.ts";

interface OverviewView {
  readonly status: StatusView;
  readonly services: readonly ServiceView[];
  readonly groups: readonly GroupView[];
}

import { age, chip, duration, now, number, severity } from "./parts/format.tsx";
import { GroupCard } from "./parts/group-card.tsx";
import { Spark } from "./parts/spark.tsx";

const ORDER = ["down", "anomalous", "silenced", "no-data", "learning", "ok"];

/** The first page: what is wrong, who looks after it, and how every service is. */
export function overviewPage({ status, services, groups }: OverviewView, session: Session) {
  const firing = groups.filter(({ state }) => state !== "resolved");
  const sorted = [...services].sort(
    (left, right) => ORDER.indexOf(left.state) - ORDER.indexOf(right.state) || left.name.localeCompare(right.name),
  );
  return (
    <>
      <h1 class="hidden">Overview</h1>
      {summary(status, services, firing)}
      {degraded(status)}
      {training(status.progress, services)}
      <section aria-labelledby="issues">
        <h2 id="issues">
          Open issues<span class="count">{String(firing.length)}</span>
        </h2>
        {firing.length === 0 ? (
          <p class="empty good">Nothing is firing. Services are as their history says they should be.</p>
        ) : (
          <div class="groups">
            {firing.map((group) => (
              <GroupCard key={group.id} group={group} session={session} />
            ))}
          </div>
        )}
      </section>
      <section aria-labelledby="services">
        <h2 id="services">
          Services<span class="count">{String(services.length)}</span>
        </h2>
        <ul class="services">{sorted.map(serviceCard)}</ul>
      </section>
    </>
  );
}

function summary(status: StatusView, services: readonly ServiceView[], firing: readonly GroupView[]) {
  const count = (...states: readonly ServiceView["state"][]) =>
    services.filter(({ state }) => states.includes(state)).length;
  const wrong = count("down", "anomalous");
  const waiting = count("learning", "no-data");
  const newest = services
    .map(({ dataAt }) => dataAt)
    .filter(Boolean)
    .sort()
    .at(-1);
  return (
    <section class="summary" aria-label="In short">
      {figure(`${count("ok", "silenced")}`, `of ${services.length} services ok`, wrong + waiting === 0 ? "good" : "")}
      {figure(String(wrong), "anomalous or down", wrong > 0 ? "bad" : "")}
      {waiting > 0 && figure(String(waiting), "learning or without data", "")}
      {figure(String(firing.filter(({ state }) => state === "firing").length), "groups nobody has taken", "")}
      <div class="figure wide">
        <span class="small">On call</span>
        {status.oncall.length === 0 ? (
          <b class="person">nobody</b>
        ) : (
          status.oncall.slice(0, 3).map(({ person, roster, until }) => (
            <span class="person">
              <b>{person}</b>
              {` ${roster}`}
              {until && <span class="faint">{`, ${duration(Date.parse(until) - now())} left`}</span>}
            </span>
          ))
        )}
      </div>
      <div class="figure wide">
        <span class="small">Data</span>
        {newest ? (
          <span class="person">
            {"newest point "}
            {age(newest)}
          </span>
        ) : (
          <span class="person">none yet</span>
        )}
        <span class="parts faint">
          {status.parts.map(({ name, state }) => (
            <span class={`part ${state}`} title={state}>
              {name}
            </span>
          ))}
        </span>
      </div>
    </section>
  );
}

function figure(value: string, text: string, tone: string) {
  return (
    <div class={`figure ${tone}`}>
      <b>{value}</b>
      <span>{text}</span>
    </div>
  );
}

function degraded(status: StatusView) {
  const bad = status.parts.filter(({ state }) => state === "degraded");
  return (
    bad.length > 0 && (
      <div class="notice" role="alert">
        {bad.map(({ name, detail, lastSuccess }) => (
          <p>
            <b>{`${name}: `}</b>
            {detail}
            {lastSuccess && [" — last answer ", age(lastSuccess)]}
          </p>
        ))}
      </div>
    )
  );
}

function training(progress: StatusView["progress"], services: readonly ServiceView[]) {
  const pending = progress.filter(({ state }) => state !== "done");
  if (pending.length === 0) {
    return null;
  }
  const ready = services.filter(({ state }) => state !== "learning").length;
  const begun = pending.reduce((sum, { epoch, epochs }) => sum + (epochs > 0 ? epoch / epochs : 0), 0);
  const percent = Math.round(Math.min(1, (ready + begun) / Math.max(1, services.length)) * 100);
  const busy = pending.filter(({ state }) => state === "training" || state === "failed").slice(0, 6);
  return (
    <section class="progress" aria-label="Training">
      <div class="row">
        <b>Learning what normal looks like</b>
        <span class="faint">{`${ready} of ${services.length} services learnt`}</span>
      </div>
      <progress max={100} value={percent} aria-label="Services learnt" />
      <ul class="inline">
        {busy.map(({ entity, detector, state, epoch, epochs, loss, detail }) => (
          <li class={state}>
            <b>{entity}</b>
            {` ${detector} `}
            {state === "failed" ? detail : `${epoch}/${epochs}${loss === null ? "" : `, loss ${number(loss)}`}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

function serviceCard(service: ServiceView) {
  const { name, title, state, score, threshold, scores, openIssues, oncall, reason, dataAt } = service;
  const label = `Scores of ${name}: newest ${number(score)}, threshold ${number(threshold)}`;
  return (
    <li key={name}>
      <a class={`card service ${state}`} href={`/services/${encodeURIComponent(name)}`} title={reason}>
        <span class="row">
          <b class="name">{name}</b>
          {chip(state)}
        </span>
        <span class="faint title">{title}</span>
        <Spark scores={scores} threshold={threshold} label={label} />
        <span class="row foot">
          <span class={score === null ? "" : "score"}>
            {score === null ? (
              reason
            ) : (
              <>
                {"score "}
                <b class="figures">{number(score)}</b>
                <span class="faint">{` / ${number(threshold)}`}</span>
              </>
            )}
          </span>
          {openIssues > 0 && (
            <span class="issues">
              {`${openIssues} ${openIssues === 1 ? "issue" : "issues"}`} {severity(service.severity)}
            </span>
          )}
        </span>
        <span class="row foot faint">
          <span class="oncall">{oncall ?? "nobody on call"}</span>
          {dataAt ? age(dataAt, "", " old") : "no data"}
        </span>
      </a>
    </li>
  );
}
