import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isServerUrl, mayHoldStore } from "../../src/config/store-place.ts";

it("tells a server from a folder, and a folder that is there from one that is not", () => {
  expect(["postgres://h/d", "postgresql://h/d", "./data", "/var/postgres:/x"].map(isServerUrl)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(["postgres://nowhere/d", tmpdir(), join(tmpdir(), "no-such-folder")].map(mayHoldStore)).toEqual([
    true,
    true,
    false,
  ]);
});
