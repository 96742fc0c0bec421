import { describe, expect, it } from "vitest";
import { isAmong } from "../../src/http/among.ts";

describe("isAmong", () => {
  it("knows addresses and networks, IPv4 inside IPv6 too", () => {
    expect(isAmong("10.1.2.3", ["10.0.0.0/8"])).toBe(true);
    expect(isAmong("::ffff:10.1.2.3", ["10.1.2.3"])).toBe(true);
    expect(isAmong("fd00::7", ["fd00::/8"])).toBe(true);
    expect(isAmong("::1", ["127.0.0.1", "::1"])).toBe(true);
  });

  it("knows nobody else", () => {
    expect(isAmong("11.1.2.3", ["10.0.0.0/8", "11.1.2.4"])).toBe(false);
    expect(isAmong("10.1.2.3", ["fd00::/8", "not-an-address"])).toBe(false);
    expect(isAmong("", ["0.0.0.0/0"])).toBe(false);
  });
});
