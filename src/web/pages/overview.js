import { h } from "./dom.js";
import { age, chip, duration, now, number, severity } from "./format.js";
import { groupCard } from "./group.js";
import { sparkline } from "./spark.js";

const ORDER = ["down", "anomalous", "silenced", "no-data", "learning", "ok"];

/** The first page: what is wrong, who looks after it, and how every service is. */
export function overviewPage({ status, services, groups }, context) {
  const firing = groups.filter(({ state }) => state !== "resolved");
  const sorted = [...services].sort(
    (left, right) => ORDER.indexOf(left.state) - ORDER.indexOf(right.state) || left.name.localeCompare(right.name),
  );
  return [
    h("h1", { class: "hidden" }, "Overview"),
    summary(status, services, firing),
    degraded(status),
    training(status.progress, services),
    h(
      "section",
      { "aria-labelledby": "issues" },
      h("h2", { id: "issues" }, "Open issues", h("span", { class: "count" }, String(firing.length))),
      firing.length === 0
        ? h("p", { class: "empty good" }, "Nothing is firing. Services are as their history says they should be.")
        : h(
            "div",
            { class: "groups" },
            firing.map((group) => groupCard(group, context)),
          ),
    ),
    h(
      "section",
      { "aria-labelledby": "services" },
      h("h2", { id: "services" }, "Services", h("span", { class: "count" }, String(services.length))),
      h("ul", { class: "services" }, sorted.map(serviceCard)),
    ),
  ];
}

function summary(status, services, firing) {
  const count = (...states) => services.filter(({ state }) => states.includes(state)).length;
  const wrong = count("down", "anomalous");
  const waiting = count("learning", "no-data");
  const newest = services
    .map(({ dataAt }) => dataAt)
    .filter(Boolean)
    .sort()
    .at(-1);
  return h(
    "section",
    { class: "summary", "aria-label": "In short" },
    figure(`${count("ok", "silenced")}`, `of ${services.length} services ok`, wrong + waiting === 0 ? "good" : ""),
    figure(String(wrong), "anomalous or down", wrong > 0 ? "bad" : ""),
    waiting > 0 && figure(String(waiting), "learning or without data", ""),
    figure(String(firing.filter(({ state }) => state === "firing").length), "groups nobody has taken", ""),
    h(
      "div",
      { class: "figure wide" },
      h("span", { class: "small" }, "On call"),
      status.oncall.length === 0
        ? h("b", { class: "person" }, "nobody")
        : status.oncall
            .slice(0, 3)
            .map(({ person, roster, until }) =>
              h(
                "span",
                { class: "person" },
                h("b", {}, person),
                ` ${roster}`,
                until && h("span", { class: "faint" }, `, ${duration(Date.parse(until) - now())} left`),
              ),
            ),
    ),
    h(
      "div",
      { class: "figure wide" },
      h("span", { class: "small" }, "Data"),
      newest
        ? h("span", { class: "person" }, "newest point ", age(newest))
        : h("span", { class: "person" }, "none yet"),
      h(
        "span",
        { class: "parts faint" },
        status.parts.map(({ name, state }) => h("span", { class: `part ${state}`, title: state }, name)),
      ),
    ),
  );
}

function figure(value, text, tone) {
  return h("div", { class: `figure ${tone}` }, h("b", {}, value), h("span", {}, text));
}

function degraded(status) {
  const bad = status.parts.filter(({ state }) => state === "degraded");
  return (
    bad.length > 0 &&
    h(
      "div",
      { class: "notice", role: "alert" },
      bad.map(({ name, detail, lastSuccess }) =>
        h("p", {}, h("b", {}, `${name}: `), detail, lastSuccess && [" — last answer ", age(lastSuccess)]),
      ),
    )
  );
}

function training(progress, services) {
  const pending = progress.filter(({ state }) => state !== "done");
  if (pending.length === 0) {
    return null;
  }
  const ready = services.filter(({ state }) => state !== "learning").length;
  const begun = pending.reduce((sum, { epoch, epochs }) => sum + (epochs > 0 ? epoch / epochs : 0), 0);
  const percent = Math.round(Math.min(1, (ready + begun) / Math.max(1, services.length)) * 100);
  const busy = pending.filter(({ state }) => state === "training" || state === "failed").slice(0, 6);
  return h(
    "section",
    { class: "progress", "aria-label": "Training" },
    h(
      "div",
      { class: "row" },
      h("b", {}, "Learning what normal looks like"),
      h("span", { class: "faint" }, `${ready} of ${services.length} services learnt`),
    ),
    h("progress", { max: 100, value: percent, "aria-label": "Services learnt" }),
    h(
      "ul",
      { class: "inline" },
      busy.map(({ entity, detector, state, epoch, epochs, loss, detail }) =>
        h(
          "li",
          { class: state },
          h("b", {}, entity),
          ` ${detector} `,
          state === "failed" ? detail : `${epoch}/${epochs}${loss === null ? "" : `, loss ${number(loss)}`}`,
        ),
      ),
    ),
  );
}

function serviceCard(service) {
  const { name, title, state, score, threshold, scores, openIssues, oncall, reason, dataAt } = service;
  const label = `Scores of ${name}: newest ${number(score)}, threshold ${number(threshold)}`;
  return h(
    "li",
    { "data-key": name },
    h(
      "a",
      { class: `card service ${state}`, href: `/services/${encodeURIComponent(name)}`, title: reason },
      h("span", { class: "row" }, h("b", { class: "name" }, name), chip(state)),
      h("span", { class: "faint title" }, title),
      sparkline(scores, threshold, label),
      h(
        "span",
        { class: "row foot" },
        h(
          "span",
          { class: score === null ? "" : "score" },
          score === null
            ? reason
            : [
                "score ",
                h("b", { class: "figures" }, number(score)),
                h("span", { class: "faint" }, ` / ${number(threshold)}`),
              ],
        ),
        openIssues > 0 &&
          h(
            "span",
            { class: "issues" },
            `${openIssues} ${openIssues === 1 ? "issue" : "issues"}`,
            " ",
            severity(service.severity),
          ),
      ),
      h(
        "span",
        { class: "row foot faint" },
        h("span", { class: "oncall" }, oncall ?? "nobody on call"),
        dataAt ? age(dataAt, "", " old") : "no data",
      ),
    ),
  );
}
