import { send } from "./api.js";
import { h } from "./dom.js";

/** Who one is, and becoming somebody else by a token. */
export function signInPage(_, context) {
  const { name, role } = context.actor() ?? { name: "nobody", role: "no role" };
  const isToken = name !== "local";
  return [
    signInForm(`You are ${name}, with the role ${role}. A token of web.tokens gives another.`, context),
    isToken && h("p", { class: "signin" }, h("button", { type: "button", onclick: () => leave(context) }, "Sign out")),
  ];
}

/** The form that takes a token. @param why why one is asked for it */
export function signInForm(why, { toast }) {
  const onsubmit = async (event) => {
    event.preventDefault();
    try {
      await send("/api/v1/session", { token: new FormData(event.target).get("token") });
      location.assign(location.pathname === "/sign-in" ? "/" : location.href);
    } catch (error) {
      toast(error.message, true);
    }
  };
  return h(
    "form",
    { class: "card signin", onsubmit },
    h("h1", {}, "Sign in"),
    h("p", { class: "faint" }, why),
    h("label", { for: "token" }, "Token"),
    h("input", { type: "password", id: "token", name: "token", autocomplete: "current-password", required: true }),
    h("button", { class: "primary" }, "Sign in"),
  );
}

async function leave({ toast }) {
  try {
    await send("/api/v1/session", {}, "DELETE");
    location.assign("/");
  } catch (error) {
    toast(error.message, true);
  }
}
