import { z } from "zod";
import type { Labels } from "./alert.ts";

/**
 * Labels or annotations from outside. Other than a zod record it keeps a label that is named `__proto__`, which
 * Alertmanager and Prometheus allow.
 */
export const labelSet = z
  .custom<Labels>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((text) => typeof text === "string"),
    { error: "expected labels: an object of names and texts" },
  )
  .transform((value): Labels => Object.fromEntries(Object.entries(value)));
