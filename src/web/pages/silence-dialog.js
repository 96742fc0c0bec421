import { send } from "./api.js";
import { h } from "./dom.js";

const DURATIONS = [
  [30, "30 minutes"],
  [60, "1 hour"],
  [240, "4 hours"],
  [480, "8 hours"],
  [1440, "1 day"],
  [10_080, "7 days"],
];
const PREVIEW_AFTER = 400;

/** Opens the dialog that silences: matchers, how long, why, and what it would hide before it does. */
export function openSilenceDialog(matchers, { act }) {
  const field = h("textarea", { name: "matchers", rows: 4, required: true, spellcheck: "false" }, matchers.join("\n"));
  const preview = h("div", { class: "preview", role: "status", "aria-live": "polite" });
  const dialog = h("dialog", { class: "card", "aria-labelledby": "silence-title", onclose: () => dialog.remove() });
  const read = () => field.value.split("\n").filter((line) => line.trim() !== "");
  const form = h(
    "form",
    {
      class: "form",
      onsubmit: async (event) => {
        event.preventDefault();
        const data = new FormData(form);
        dialog.close();
        await act({
          kind: "silence",
          matchers: read(),
          minutes: Number(data.get("minutes")),
          reason: data.get("reason"),
        });
      },
    },
    h("h2", { id: "silence-title", class: "flush" }, "Silence"),
    h("label", {}, "Matchers, one a line; all must hold", field),
    preview,
    h(
      "label",
      {},
      "For",
      h(
        "select",
        { name: "minutes" },
        DURATIONS.map(([value, text]) => h("option", { value, selected: value === 60 }, text)),
      ),
    ),
    h(
      "label",
      {},
      "Why",
      h("input", { name: "reason", required: true, maxlength: 1000, placeholder: "for those who wonder later" }),
    ),
    h(
      "div",
      { class: "buttons" },
      h("button", { class: "primary" }, "Silence"),
      h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
    ),
  );
  let timer;
  field.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(() => show(preview, read()), PREVIEW_AFTER);
  };
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  show(preview, read());
}

async function show(place, matchers) {
  if (matchers.length === 0) {
    place.replaceChildren("Without a matcher nothing is hidden.");
    return;
  }
  try {
    const { now, pastWeek, examples, warning } = await send("/api/v1/silences/preview", { matchers });
    place.replaceChildren(
      h(
        "p",
        {},
        "Would hide ",
        h("b", {}, `${now} ${now === 1 ? "alert" : "alerts"} now`),
        `, and would have hidden ${pastWeek} in the last 7 days.`,
      ),
      ...(examples.length > 0 ? [h("p", { class: "faint" }, examples.join(", "))] : []),
      ...(warning ? [h("p", { class: "notice" }, warning)] : []),
    );
  } catch (error) {
    place.replaceChildren(h("p", { class: "notice" }, error.message));
  }
}

/** Matchers that hide a group and little else: the labels that all its alerts share. */
export function matchersOf({ alerts }) {
  const [first, ...rest] = alerts;
  return Object.entries(first?.labels ?? {})
    .filter(
      ([name, value]) =>
        value !== "" && rest.every(({ labels }) => Object.hasOwn(labels, name) && labels[name] === value),
    )
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
}
