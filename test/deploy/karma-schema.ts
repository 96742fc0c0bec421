import { RE2JS } from "re2js";
import { z } from "zod";
import { parseDuration } from "../../src/alert/duration.ts";

/**
 * What Karma 0.121 says of its configuration (github.com/prymitive/karma, docs/CONFIGURATION.md). It refuses a file with a key
 * that it does not know, so every object here is strict. Keys that we do not use are left out: to use one, add it as it stands there.
 */
const names = z.array(z.string());
const duration = z.string().regex(/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/, "is no duration of Go");
/** Go's regular expressions are RE2. */
const pattern = z.string().refine(compiles, "is no regular expression of RE2");
const address = z.string().regex(/^https?:\/\/\S+$/);

const LONGEST_INTERVAL = parseDuration("15m");

export const karmaSchema = z.strictObject({
  karma: z.strictObject({ name: z.string() }).optional(),
  alertmanager: z.strictObject({
    interval: duration.refine((text) => parseDuration(text) <= LONGEST_INTERVAL, "is longer than 15m").optional(),
    servers: z
      .array(
        z.strictObject({
          cluster: z.string().optional(),
          name: z.string().min(1),
          uri: address,
          external_uri: address.optional(),
          timeout: duration.optional(),
          proxy: z.boolean().optional(),
          readonly: z.boolean().optional(),
        }),
      )
      .min(1),
  }),
  annotations: z
    .strictObject({
      default: z.strictObject({ hidden: z.boolean() }).optional(),
      hidden: names.optional(),
      visible: names.optional(),
      keep: names.optional(),
      strip: names.optional(),
      order: names.optional(),
      actions: names.optional(),
    })
    .optional(),
  filters: z.strictObject({ default: z.array(z.string().regex(/^@?\w+(=|!=|=~|!~|<|>)\S+$/)) }).optional(),
  grid: z
    .strictObject({
      sorting: z.strictObject({
        order: z.enum(["disabled", "startsAt", "label"]),
        reverse: z.boolean().optional(),
        label: z.string().optional(),
        customValues: z.strictObject({ labels: z.record(z.string(), z.record(z.string(), z.int())) }).optional(),
      }),
    })
    .optional(),
  labels: z
    .strictObject({
      keep: names.optional(),
      strip: names.optional(),
      color: z
        .strictObject({
          static: names.optional(),
          unique: names.optional(),
          custom: z
            .record(
              z.string(),
              z.array(
                z
                  .strictObject({
                    value: z.string().optional(),
                    value_re: pattern.optional(),
                    color: z.string().regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i),
                  })
                  .refine(
                    ({ value, value_re }) => value !== undefined || value_re !== undefined,
                    "needs a value or value_re",
                  ),
              ),
            )
            .optional(),
        })
        .optional(),
    })
    .optional(),
  silences: z
    .strictObject({
      comments: z.strictObject({
        linkDetect: z.strictObject({
          rules: z.array(
            z
              .strictObject({ regex: pattern, uriTemplate: z.string() })
              .refine(hasItsGroups, "names a group that its expression does not have"),
          ),
        }),
      }),
    })
    .optional(),
  silenceForm: z.strictObject({ strip: z.strictObject({ labels: names }) }).optional(),
  ui: z
    .strictObject({
      refresh: duration.optional(),
      hideFiltersWhenIdle: z.boolean().optional(),
      colorTitlebar: z.boolean().optional(),
      theme: z.enum(["light", "dark", "auto"]).optional(),
      animations: z.boolean().optional(),
      minimalGroupWidth: z.int().positive().optional(),
      alertsPerGroup: z.int().positive().optional(),
      collapseGroups: z.enum(["expanded", "collapsed", "collapsedOnMobile"]).optional(),
      multiGridLabel: z.string().optional(),
      multiGridSortReverse: z.boolean().optional(),
    })
    .optional(),
  listen: z
    .strictObject({
      address: z.string().optional(),
      port: z.int().min(1).max(65_535).optional(),
      prefix: z.string().startsWith("/").optional(),
    })
    .optional(),
  log: z
    .strictObject({
      level: z.enum(["debug", "info", "warning", "error", "fatal", "panic"]).optional(),
      format: z.enum(["text", "json"]).optional(),
      config: z.boolean().optional(),
      requests: z.boolean().optional(),
      timestamp: z.boolean().optional(),
    })
    .optional(),
});

function compiles(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
}

function hasItsGroups({ regex, uriTemplate }: { regex: string; uriTemplate: string }): boolean {
  if (!compiles(regex)) {
    return true;
  }
  const groups = RE2JS.compile(regex).groupCount();
  return [...uriTemplate.matchAll(/\$(\d+)/g)].every(([, group]) => Number(group) <= groups);
}
