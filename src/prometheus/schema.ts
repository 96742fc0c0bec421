import { z } from "zod";
import { labelSet } from "../alert/label-set.ts";

const point = z.tuple([z.number(), z.string()]);
const told = { warnings: z.array(z.string()).nullish(), infos: z.array(z.string()).nullish() };

/** Answer of /api/v1/query_range (a matrix) or /api/v1/query (a vector or a scalar). */
export const answerSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("success"),
    data: z.discriminatedUnion("resultType", [
      z.object({
        resultType: z.literal("matrix"),
        result: z.array(z.object({ metric: labelSet, values: z.array(point).default([]) })),
      }),
      z.object({
        resultType: z.literal("vector"),
        result: z.array(z.object({ metric: labelSet, value: point.optional() })),
      }),
      z.object({ resultType: z.literal("scalar"), result: point }),
      z.object({ resultType: z.literal("string"), result: point }),
    ]),
    ...told,
  }),
  z.object({ status: z.literal("error"), errorType: z.string().default("unknown"), error: z.string(), ...told }),
]);
export type Answer = z.output<typeof answerSchema>;

/** Answer of /api/v1/metadata: metric → what its targets say of it. */
export const metadataSchema = z.object({
  status: z.literal("success"),
  data: z.record(z.string(), z.array(z.object({ type: z.string() }))),
});

/** A number as Prometheus writes it: `1e-3`, `NaN`, `+Inf`, `-Inf`. @throws RangeError for anything else. */
export function parseValue(text: string): number {
  switch (text) {
    case "NaN":
      return Number.NaN;
    case "+Inf":
    case "Inf":
      return Number.POSITIVE_INFINITY;
    case "-Inf":
      return Number.NEGATIVE_INFINITY;
    default: {
      const value = Number(text);
      if (text.trim() === "" || Number.isNaN(value)) {
        throw new RangeError(`"${text}" is not a number`);
      }
      return value;
    }
  }
}
