import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Address } from "../../src/alert/address.ts";

const SECRET = "https://ada:p%40ss@tickets.example:8443/list/?token=hush#frag";

describe("an address", () => {
  it.each([
    ["as text", (address: Address) => `${address}`],
    ["in JSON", (address: Address) => JSON.stringify({ address })],
    ["inspected", (address: Address) => inspect({ address }, { depth: 9, showHidden: true })],
    ["in an error", (address: Address) => String(new Error(`${address} refused`).stack)],
  ])("shows no secret %s", (_how, show) => {
    const shown = show(Address.parse(SECRET));
    expect(shown).toContain("https://tickets.example:8443/list");
    expect(shown).not.toMatch(/ada|ss@|p@ss|hush|frag/);
  });

  it("gives its credentials decoded, and a target without them, to those who ask", () => {
    const address = Address.parse(SECRET);
    expect(address.credentials()).toEqual({ username: "ada", password: "p@ss" });
    expect(address.target()).toBe("https://tickets.example:8443/list/?token=hush");
    expect(Address.parse("http://a/").credentials()).toBeNull();
  });

  it("does not repeat a text that is no address, which may hold a password", () => {
    expect(() => Address.parse("ada:hush@tickets")).toThrow(/^(?!.*hush).*is not an http/);
    expect(() => Address.parse("ftp://ada:hush@tickets/")).toThrow(/^(?!.*hush)/);
  });

  it.each([
    ["http://127.0.0.1:9", true],
    ["http://127.9.9.9", true],
    ["http://[::1]:3", true],
    ["http://localhost", true],
    ["http://127.evil.example", false],
    ["http://127.0.0.1.evil.example", false],
  ])("%s is on this machine: %s", (text, isLoopback) => {
    expect(Address.parse(text).isLoopback).toBe(isLoopback);
  });

  it("leads nowhere else", () => {
    const address = Address.parse("https://a.example/x");
    expect(address.at("/y?z=1").target()).toBe("https://a.example/y?z=1");
    expect(() => address.at("//b.example/")).toThrow("is not at https://a.example");
  });
});
