import { useEffect, useRef, useState } from "preact/hooks";
import type { PreviewView } from "../../detail-views.ts";
import type { GroupView } from "../../views.ts";
import { Refused, send } from "../frame/api.ts";
import type { Session, SilenceDraft } from "../frame/session.ts";

const DURATIONS = [
  [30, "30 minutes"],
  [60, "1 hour"],
  [240, "4 hours"],
  [480, "8 hours"],
  [1440, "1 day"],
  [10_080, "7 days"],
] as const;
const PREVIEW_AFTER = 400;

/** The dialog that silences: matchers, how long or until when, why, and what it would hide before it does. */
export function SilenceDialog({ draft, session, close }: { draft: SilenceDraft; session: Session; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(draft.matchers.join("\n"));
  const [until, setUntil] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  const matchers = text.split("\n").filter((line) => line.trim() !== "");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const minutes =
      until === "" ? Number(data.get("minutes")) : Math.ceil((Date.parse(`${until}Z`) - Date.now()) / 60_000);
    close();
    await session.act({ kind: "silence", matchers, minutes, reason: data.get("reason") });
  };
  return (
    <dialog class="card" aria-labelledby="silence-title" ref={dialog} onClose={close}>
      <form class="form" onSubmit={submit}>
        <h2 id="silence-title" class="flush">
          Silence
        </h2>
        <label>
          Matchers, one a line; all must hold
          <textarea
            name="matchers"
            rows={4}
            required
            spellcheck={false}
            placeholder='service="dbs"'
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <Preview matchers={matchers} />
        <label>
          For
          <select name="minutes" disabled={until !== ""}>
            {DURATIONS.map(([value, name]) => (
              <option key={value} value={value} selected={value === (draft.minutes ?? 60)}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          or until (UTC)
          <input type="datetime-local" value={until} onInput={({ currentTarget }) => setUntil(currentTarget.value)} />
        </label>
        <label>
          Why
          <input
            name="reason"
            required
            maxLength={1000}
            placeholder="for those who wonder later"
            value={draft.reason ?? ""}
          />
        </label>
        <div class="buttons">
          <button type="submit" class="primary">
            Silence
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** What the matchers would hide, asked for once nobody has typed for a moment. */
function Preview({ matchers }: { readonly matchers: readonly string[] }) {
  const [answer, setAnswer] = useState<PreviewView | string>("");
  const key = matchers.join("\n");
  useEffect(() => {
    if (key === "") {
      setAnswer("Without a matcher nothing is hidden.");
      return;
    }
    let isCurrent = true;
    const timer = setTimeout(async () => {
      const asked = send<PreviewView>("/api/v1/silences/preview", { matchers: key.split("\n") });
      const found = await asked.catch((error: unknown) => (error instanceof Refused ? error.message : String(error)));
      if (isCurrent) {
        setAnswer(found);
      }
    }, PREVIEW_AFTER);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key]);
  return (
    <div class="preview" role="status" aria-live="polite">
      {typeof answer === "string" ? (
        <p class={key === "" ? "" : "notice"}>{answer}</p>
      ) : (
        <>
          <p>
            {"Would hide "}
            <b>{`${answer.now} ${answer.now === 1 ? "alert" : "alerts"} now`}</b>
            {`, and would have hidden ${answer.pastWeek} in the last 7 days.`}
          </p>
          {answer.examples.length > 0 && <p class="faint">{answer.examples.join(", ")}</p>}
          {answer.warning !== null && <p class="notice">{answer.warning}</p>}
        </>
      )}
    </div>
  );
}

/** Matchers that hide a group and little else: the labels that all its alerts share. */
export function matchersOf({ alerts }: Pick<GroupView, "alerts">): readonly string[] {
  const [first, ...rest] = alerts;
  return Object.entries(first?.labels ?? {})
    .filter(
      ([name, value]) =>
        value !== "" && rest.every(({ labels }) => Object.hasOwn(labels, name) && labels[name] === value),
    )
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
}
