import { UserError } from "./user-error.ts";

/** User and password out of an address. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * An HTTP address that can be printed, logged, serialized and inspected without showing its secrets: user, password, query and
 * fragment. What may be secret is reached only by the methods that say so.
 */
export class Address {
  readonly #url: URL;

  private constructor(url: URL) {
    this.#url = url;
  }

  /** @throws UserError that does not repeat the text, which may hold a password */
  static parse(text: string, where = "the address"): Address {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new UserError("is not an http(s) address", where, "write it like https://host:port/path");
    }
    return new Address(url);
  }

  static from(address: Address | string): Address {
    return typeof address === "string" ? Address.parse(address) : address;
  }

  get isSecure(): boolean {
    return this.#url.protocol === "https:";
  }

  /** True for this machine's own addresses: what is sent there does not pass a network. */
  get isLoopback(): boolean {
    const { hostname } = this.#url;
    return hostname === "localhost" || /^127(?:\.\d{1,3}){3}$/.test(hostname) || hostname === "[::1]";
  }

  get origin(): string {
    return this.#url.origin;
  }

  /** Without a slash at its end. */
  get pathname(): string {
    return this.#url.pathname.replace(/\/+$/, "");
  }

  /** The credentials in the address, decoded; null without. Secret. */
  credentials(): Credentials | null {
    const { username, password } = this.#url;
    return username === "" && password === "" ? null : { username: decode(username), password: decode(password) };
  }

  /** Where to send a request: everything but the credentials. Its query may be secret. */
  target(): string {
    const url = new URL(this.#url);
    url.username = "";
    url.password = "";
    url.hash = "";
    return url.href;
  }

  /** The same server and credentials with another path, whose end is this address's path without `suffix`. */
  withoutSuffix(suffix: RegExp): Address {
    const url = new URL(this.#url);
    url.pathname = this.pathname.replace(suffix, "");
    return new Address(url);
  }

  /** An address at the same server with the same credentials. @throws UserError when it is at another one */
  at(target: string): Address {
    const url = new URL(target, this.#url);
    if (url.origin !== this.origin) {
      throw new UserError(`is not at ${this.origin}`, url.origin, "an address of the same server is needed");
    }
    url.username = this.#url.username;
    url.password = this.#url.password;
    return new Address(url);
  }

  /** As it may be shown: without credentials, query and fragment. */
  toString(): string {
    return `${this.origin}${this.pathname}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
