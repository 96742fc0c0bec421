import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { age, now, refreshAges } from "../parts/format.tsx";
import { SilenceDialog } from "../parts/silence-dialog.tsx";
import { get, Refused } from "./api.ts";
import { listen } from "./live.ts";
import { type Loaded, type Page, route } from "./routes.tsx";
import { createSession, type Me, type Session, type SilenceDraft } from "./session.ts";
import { useShortcuts } from "./shortcuts.tsx";
import { SignInForm } from "./sign-in.tsx";
import { Tabs } from "./tabs.tsx";

const NOBODY: Me = { actor: null, links: [], pages: ["overview", "alerts"] };
const TOAST_FOR = 6000;

/** What is shown: the page with its data, or why there are none. */
interface Shown {
  readonly page: Page | null;
  readonly data: Loaded;
  readonly draw: (session: Session) => ComponentChildren;
}

/** The whole dashboard: frame, navigation, the page that the address names. */
export function App() {
  const [me, setMe] = useState<Me>(NOBODY);
  const [address, setAddress] = useState(location.pathname + location.search);
  const [shown, setShown] = useState<Shown | null>(null);
  const [isLive, setLive] = useState<boolean | null>(null);
  const [theme, setTheme] = useState(document.documentElement.dataset["theme"] ?? "");
  const [message, setMessage] = useState<{ readonly text: string; readonly isBad: boolean } | null>(null);
  const [draft, setDraft] = useState<SilenceDraft | null>(null);
  const main = useRef<HTMLElement>(null);

  const show = useLatest(useCallback(async () => setShown(await load(setMe)), []));
  const toast = useCallback((text: string, isBad = false) => setMessage({ text, isBad }), []);
  const session = useMemo(() => createSession(me, show, toast, setDraft), [me, show, toast]);

  useEffect(() => void show(), [address]);
  useEffect(() => {
    const timer = message === null ? undefined : setTimeout(() => setMessage(null), TOAST_FOR);
    return () => clearTimeout(timer);
  }, [message]);
  useEffect(() => {
    const timer = setInterval(refreshAges, 1000);
    return () => clearInterval(timer);
  }, []);
  const hasActor = me.actor !== null;
  useEffect(() => (hasActor ? listen(show, setLive) : undefined), [hasActor, show]);
  useNavigation(setAddress, main);
  useShortcuts(session);
  const title = shown?.page?.title ?? "";
  useEffect(() => {
    document.title = title === "" ? "cmswatch" : `${title} · cmswatch`;
  }, [title]);

  const switchTheme = () => {
    const root = document.documentElement;
    const isDark = theme === "" ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
    const next = isDark ? "light" : "dark";
    root.dataset["theme"] = next;
    localStorage.setItem("theme", next);
    setTheme(next);
  };
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/" aria-label="cmswatch, overview">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path
              d="M3 17h6l3-9 5 17 4-11 2 3h6"
              fill="none"
              stroke="currentColor"
              stroke-width="2.6"
              stroke-linecap="round"
              stroke-linejoin="round"
            />
          </svg>
          <span>cmswatch</span>
        </a>
        <Tabs current={shown?.page?.name ?? ""} me={me} />
        <div class="tools">
          <span id="who">{me.actor !== null && <a href="/sign-in">{`${me.actor.name}, ${me.actor.role}`}</a>}</span>
          <span id="age">{shown !== null && dataAge(shown.data)}</span>
          <span id="live" class={`live ${isLive === null ? "" : isLive ? "on" : "off"}`} role="status">
            {isLive === null ? "connecting" : isLive ? "live" : "not connected"}
          </span>
          <button
            type="button"
            id="theme"
            class="quiet"
            aria-label="Switch between light and dark"
            onClick={switchTheme}
          >
            ◐
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main} class={shown?.page?.name} key={`${theme} ${shown?.page?.path}`}>
        {shown === null ? <p class="empty">Loading…</p> : shown.draw(session)}
      </main>
      <div id="toast" role="status" aria-live="polite">
        {message !== null && <p class={message.isBad ? "bad" : ""}>{message.text}</p>}
      </div>
      {draft !== null && <SilenceDialog draft={draft} session={session} close={() => setDraft(null)} />}
    </>
  );
}

let known: Promise<Me> | null = null;

/** Loads the page that the address names, and once who is asking. Never throws: what is wrong is what is drawn. */
async function load(setMe: (me: Me) => void): Promise<Shown> {
  const page = route(location.pathname, new URLSearchParams(location.search));
  known ??= get<Me>("/api/v1/me")
    .then((me) => {
      setMe(me);
      return me;
    })
    // Not signed in, or no answer: the page's own request says which.
    .catch(() => NOBODY);
  if (page === null) {
    return { page, data: {}, draw: () => <NotFound /> };
  }
  try {
    const [{ data, draw }] = await Promise.all([page.load(), known]);
    const withCaveat = (session: Session) => (
      <>
        {page.name !== "overview" && caveat(data)}
        {draw(session)}
      </>
    );
    return { page, data, draw: withCaveat };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof Refused && error.status === 401) {
      return { page, data: {}, draw: ({ toast }) => <SignInForm why={text} toast={toast} /> };
    }
    if (error instanceof Refused && error.status === 404) {
      return { page, data: {}, draw: () => <NotFound why={text} /> };
    }
    return { page, data: {}, draw: () => <Failure text={text} /> };
  }
}

function Failure({ text }: { readonly text: string }) {
  return (
    <p class="empty bad" role="alert">
      {text}
    </p>
  );
}

function NotFound({ why = "There is no page at this address." }: { readonly why?: string }) {
  return (
    <section class="card head">
      <h1>Not found</h1>
      <p>{why}</p>
      <p>
        <a href="/">Overview</a> · <a href="/alerts">Open alerts</a> · <a href="/history">History</a>
      </p>
    </section>
  );
}

/** Says when what is shown could not be read again. */
function caveat({ asOf }: Loaded) {
  return (
    typeof asOf?.caveat === "string" && (
      <p class="notice" role="alert">
        {`Alertmanager cannot be read: ${asOf.caveat}. `}
        {asOf.at === null ? (
          "Nothing is known yet."
        ) : (
          <>
            {"What is shown is what was known "}
            {age(asOf.at)}.
          </>
        )}
      </p>
    )
  );
}

/** How old the data on this page is; what has no time of its own was read from the store for this very answer. */
function dataAge({ asOf, service }: Loaded) {
  const at = service === undefined || service === null ? (asOf?.at ?? new Date(now()).toISOString()) : service.dataAt;
  return at === null || at === undefined ? "no data" : age(at, "data ", " old");
}

/** Only one run at a time; what is asked for meanwhile is done once after it. */
function useLatest(work: () => Promise<void>): () => Promise<void> {
  const state = useRef({ isBusy: false, isAsked: false });
  return useCallback(async () => {
    if (state.current.isBusy) {
      state.current.isAsked = true;
      return;
    }
    state.current.isBusy = true;
    try {
      do {
        state.current.isAsked = false;
        await work();
      } while (state.current.isAsked);
    } finally {
      state.current.isBusy = false;
    }
  }, [work]);
}

/** Links inside the dashboard change the page without loading it again. */
function useNavigation(setAddress: (address: string) => void, main: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href^='/']") : null;
      const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      if (link !== null && isPlain && link.target === "" && !link.classList.contains("outside")) {
        const url = new URL(link.href);
        if (route(url.pathname, url.searchParams) !== null) {
          event.preventDefault();
          history.pushState(null, "", link.href);
          setAddress(url.pathname + url.search);
          main.current?.focus({ preventScroll: true });
          scrollTo(0, 0);
        }
      }
    };
    const goBack = () => setAddress(location.pathname + location.search);
    document.addEventListener("click", follow);
    addEventListener("popstate", goBack);
    return () => {
      document.removeEventListener("click", follow);
      removeEventListener("popstate", goBack);
    };
  }, [setAddress, main]);
}
