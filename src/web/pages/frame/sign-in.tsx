import { Refused, send } from "./api.ts";
import type { Session } from "./session.ts";

type Toast = Session["toast"];

/** Who one is, and becoming somebody else by a token. */
export function signInPage(_: unknown, { actor, toast }: Session) {
  const { name, role } = actor ?? { name: "nobody", role: "no role" };
  return (
    <>
      <SignInForm why={`You are ${name}, with the role ${role}. A token of web.tokens gives another.`} toast={toast} />
      {name !== "local" && (
        <p class="signin">
          <button type="button" onClick={() => leave(toast)}>
            Sign out
          </button>
        </p>
      )}
    </>
  );
}

/** The form that takes a token. */
export function SignInForm({ why, toast }: { readonly why: string; readonly toast: Toast }) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await send("/api/v1/session", { token: new FormData(event.currentTarget as HTMLFormElement).get("token") });
      location.assign(location.pathname === "/sign-in" ? "/" : location.href);
    } catch (error) {
      toast(error instanceof Refused ? error.message : String(error), true);
    }
  };
  return (
    <form class="card signin" onSubmit={submit}>
      <h1>Sign in</h1>
      <p class="faint">{why}</p>
      <label for="token">Token</label>
      <input type="password" id="token" name="token" autocomplete="current-password" required />
      <button type="submit" class="primary">
        Sign in
      </button>
    </form>
  );
}

async function leave(toast: Toast): Promise<void> {
  try {
    await send("/api/v1/session", {}, "DELETE");
    location.assign("/");
  } catch (error) {
    toast(error instanceof Refused ? error.message : String(error), true);
  }
}
