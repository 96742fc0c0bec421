import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { own } from "../alert/own.ts";
import type { Config } from "../config/schema.ts";
import { isAmong } from "../http/among.ts";
import type { Role } from "./actions.ts";
import type { EndedSessions } from "./sessions.ts";
import type { Actor } from "./sources.ts";

const SESSION = "cmswatch_session";
const SESSION_HOURS = 12;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/** What is looked at of a request. */
export interface Asking {
  readonly method: string;
  readonly remoteAddress: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Who asks, or why that is not known. */
export type Access =
  | { readonly ok: true; readonly actor: Actor }
  | {
      readonly ok: false;
      readonly status: 401 | 403;
      readonly reason: string /** True when a token was sent. */;
      readonly isGuess: boolean;
    };

export interface AccessOptions {
  readonly tokens: Config["web"]["tokens"];
  /** Role of a request from this machine without a token: `viewer`, unless nothing real can be touched (the demo). */
  readonly localRole: Role;
  readonly baseUrl?: string | undefined;
  readonly proxy?: Config["web"]["proxy"];
  readonly now: () => Date;
  /** Sessions whose holder signed out. */
  readonly ended?: Pick<EndedSessions, "has">;
}

/**
 * Who asks: the bearer of a token, the holder of a session made with one, whom the proxy in front signed in, or (without
 * any of these) somebody on this machine.
 * A request that came through a proxy, or that names another host (DNS rebinding), is not from this machine.
 */
export function identify(asking: Asking, options: AccessOptions): Access {
  const bearer = /^Bearer (.+)$/i.exec(header(asking, "authorization") ?? "")?.[1];
  if (bearer !== undefined) {
    const found = options.tokens.find(({ token }) => sameText(token, bearer));
    return found === undefined
      ? { ok: false, status: 401, reason: "this token is not one of web.tokens", isGuess: true }
      : { ok: true, actor: { name: found.name, role: found.role } };
  }
  const known = sessionOf(asking, options)?.actor ?? signedInByProxy(asking, options.proxy);
  if (known !== null) {
    return { ok: true, actor: known };
  }
  if (isLocal(asking)) {
    return { ok: true, actor: { name: "local", role: options.localRole } };
  }
  return {
    ok: false,
    status: 401,
    reason: "from elsewhere than this machine a token of web.tokens is needed",
    isGuess: false,
  };
}

/**
 * Why a request that changes something is refused, or null when it may pass: a browser that was sent here by another
 * site says so in Sec-Fetch-Site or Origin; programs send neither.
 */
export function crossSiteReason(asking: Asking, baseUrl: string | undefined): string | null {
  if (asking.method === "GET" || asking.method === "HEAD") {
    return null;
  }
  const site = header(asking, "sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return `a request sent from another site (${site}) is refused`;
  }
  const origin = header(asking, "origin");
  if (origin === undefined) {
    return null;
  }
  const own = [`http://${header(asking, "host")}`, `https://${header(asking, "host")}`];
  const known = baseUrl === undefined ? own : [...own, new URL(baseUrl).origin];
  return known.includes(origin) ? null : `a request sent from ${origin} is refused`;
}

/** A cookie for the bearer of a token, or null for an unknown token. It holds for 12 hours and on all replicas. */
export function sessionCookie(token: string, options: AccessOptions, secure: boolean): string | null {
  const found = options.tokens.find((entry) => sameText(entry.token, token));
  if (found === undefined) {
    return null;
  }
  const expires = options.now().getTime() + SESSION_HOURS * 3_600_000;
  const text = Buffer.from(JSON.stringify([found.name, expires, randomUUID()])).toString("base64url");
  const value = `${text}.${sign(text, found.token)}`;
  return `${SESSION}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_HOURS * 3600}${secure ? "; Secure" : ""}`;
}

interface Session {
  readonly id: string;
  /** Milliseconds. */
  readonly expires: number;
  readonly actor: Actor;
}

/** A cookie that ends the session in the browser. */
export const NO_SESSION = `${SESSION}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;

/** The session that a request holds: its id and when it ends, milliseconds; null without a valid one. */
export function sessionOf(asking: Asking, options: AccessOptions): Session | null {
  const cookie = (header(asking, "cookie") ?? "").split(/;\s*/).find((part) => part.startsWith(`${SESSION}=`));
  const [text = "", signature = ""] = cookie?.slice(SESSION.length + 1).split(".") ?? [];
  const signer = options.tokens.find(({ token }) => sameText(sign(text, token), signature));
  if (signer === undefined) {
    return null;
  }
  const [, expires, id = ""] = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as [string, number, string?];
  const isValid = id !== "" && options.now().getTime() < expires && options.ended?.has(id) !== true;
  return isValid ? { id, expires, actor: { name: signer.name, role: signer.role } } : null;
}

function signedInByProxy(asking: Asking, proxy: AccessOptions["proxy"]): Actor | null {
  const name = proxy === undefined ? undefined : header(asking, proxy.userHeader.toLowerCase());
  if (proxy === undefined || name === undefined || name === "" || !isAmong(asking.remoteAddress, proxy.addresses)) {
    return null;
  }
  const groups = (header(asking, proxy.groupsHeader.toLowerCase()) ?? "").split(",").map((group) => group.trim());
  const isOne = (list: readonly string[]) => list.includes(name) || groups.some((group) => list.includes(group));
  return { name, role: isOne(proxy.admins) ? "admin" : isOne(proxy.operators) ? "operator" : "viewer" };
}

function isLocal(asking: Asking): boolean {
  const forwarded = ["forwarded", "x-forwarded-for", "x-real-ip"].some((name) => header(asking, name) !== undefined);
  return LOOPBACK.test(asking.remoteAddress) && !forwarded && LOOPBACK_HOST.test(header(asking, "host") ?? "");
}

function header(asking: Asking, name: string): string | undefined {
  const value = own(asking.headers, name);
  return typeof value === "string" ? value : value?.[0];
}

function sign(text: string, token: string): string {
  return createHmac("sha256", token).update(text).digest("base64url");
}

/** Compares without telling by its time how much of the text was right. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
