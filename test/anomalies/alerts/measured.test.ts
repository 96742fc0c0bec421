import { expect, it } from "vitest";
import { measured } from "../../../src/anomalies/alerts/measured.ts";

it.each([
  [0.3119, "seconds", "312 ms"],
  [4.25, "seconds", "4.25 s"],
  [3.27e9, "bytes", "3.27 GB"],
  [512, "bytes", "512 B"],
  [215.4, "per second", "215/s"],
  [21_540, "per second", "21.5 k/s"],
  [11.63, "cores", "11.6 cores"],
  [4100, "", "4.1 k"],
  [0.8, "", "0.8"],
  [-2500, "", "-2.5 k"],
  [0, "seconds", "0 ms"],
] as const)("%d in %s is %s", (value, unit, text) => {
  expect(measured(value, unit)).toBe(text);
});
