import { h } from "./dom.js";
import { age, chip, clock, duration, now } from "./format.js";
import { openSilenceDialog } from "./silence-dialog.js";

/** The ledger: what is hidden, by whom, why, until when, and what it has hidden. */
export function silencesPage({ silences }, context) {
  const live = silences.filter(({ state }) => state !== "expired");
  const expired = silences.filter(({ state }) => state === "expired");
  return [
    h(
      "div",
      { class: "row" },
      h("h1", {}, "Silences"),
      context.may("operator") &&
        h(
          "button",
          { type: "button", class: "primary", onclick: () => openSilenceDialog(['service=""'], context) },
          "New silence…",
        ),
    ),
    live.length === 0 && h("p", { class: "empty" }, "Nothing is silenced."),
    h(
      "div",
      { class: "groups" },
      live.map((silence) => silenceCard(silence, context)),
    ),
    expired.length > 0 && [
      h("h2", {}, "Ended"),
      h(
        "div",
        { class: "groups" },
        expired.slice(0, 50).map((silence) => silenceCard(silence, context)),
      ),
    ],
  ];
}

function silenceCard(
  { id, matchers, startsAt, endsAt, state, createdBy, comment, ours, owner, purpose, hides, hidden },
  { act, may },
) {
  return h(
    "article",
    { class: "card", "data-key": id },
    h(
      "div",
      { class: "row" },
      h(
        "div",
        { class: "labels" },
        matchers.map((matcher) => h("code", {}, matcher)),
      ),
      state === "active" &&
        ours &&
        may("operator") &&
        h("button", { type: "button", onclick: () => act({ kind: "expire-silence", silence: id }) }, "End it"),
    ),
    h("p", {}, comment.replace(/\s*\[cmswatch\]\s*$/, "")),
    h(
      "p",
      { class: "meta" },
      chip(state === "expired" ? "resolved" : "silenced", state),
      h("span", {}, "by ", h("b", {}, owner ?? createdBy)),
      purpose && h("span", {}, purpose),
      h("span", {}, `hides ${hides} now, ${hidden} in all`),
      state === "active"
        ? h("span", { title: clock(endsAt) }, `${duration(Date.parse(endsAt) - now())} left`)
        : age(state === "pending" ? startsAt : endsAt, state === "pending" ? "begins " : "ended "),
      !ours && h("span", {}, "made elsewhere"),
    ),
  );
}
