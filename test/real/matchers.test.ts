import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import PQueue from "p-queue";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatMatcher, type Matcher, MatcherSyntaxError, parseMatcher } from "../../src/alert/matcher.ts";
import type { AlertmanagerCluster } from "../../src/alertmanager/several/cluster.ts";
import { matcherText } from "../alert/matcher-texts.ts";
import { clientOf } from "../alertmanager/clients.ts";
import { alertmanagerPrograms, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const run = promisify(execFile);
const COUNT = 5_000;
const SEED = 20_260_301;
const texts = [...new Set(fc.sample(matcherText, { numRuns: COUNT * 2, seed: SEED }))].slice(0, COUNT);

/** What each amtool made of a text: the matcher that its server then held, or null where it was refused. */
const outcomes = new Map<string, Map<string, Matcher | null>>();

for (const { name, path, why } of alertmanagerPrograms()) {
  const amtool = path === null ? "" : join(dirname(path), "amtool");
  const missing = path === null ? why : existsSync(amtool) ? null : `no amtool beside ${path}`;
  describe.skipIf(missing !== null)(`matchers as amtool ${name} reads them${missing ?? ""}`, () => {
    let server: RealAlertmanager;
    let client: AlertmanagerCluster;
    beforeAll(async () => {
      server = await startAlertmanager(path ?? "");
      client = clientOf([server.url]);
    });
    afterAll(() => server?.remove());

    /** Adds a silence for each text with amtool; a second matcher, which holds its number, says afterwards which is which. */
    const typed = async (all: readonly string[]): Promise<Map<string, Matcher | null>> => {
      const queue = new PQueue({ concurrency: availableParallelism() });
      const batch = `b${outcomes.size}x${all.length}`;
      const before = await client.silences();
      await queue.addAll(
        all.map((text, number) => async () => {
          const words = ["silence", "add", "--author=test", "--comment=probe", "--duration=2h"];
          await run(amtool, [
            ...[`--alertmanager.url=${server.url}`, ...words, "--"],
            ...[`probe="${batch}-${number}"`, text],
          ]).catch(() => undefined);
        }),
      );
      const known = new Set(before.map(({ id }) => id));
      const read = new Map<string, Matcher | null>(all.map((text) => [text, null]));
      for (const { id, matchers } of await client.silences()) {
        const probe = matchers.find(({ name: label, value }) => label === "probe" && value.startsWith(`${batch}-`));
        const other = matchers.find((matcher) => matcher !== probe);
        const text = all[Number(probe?.value.slice(batch.length + 1))];
        if (!known.has(id) && text !== undefined && other !== undefined) {
          read.set(text, other);
        }
      }
      return read;
    };

    test(`${COUNT} generated ones: what amtool accepts is read as the same`, { timeout: 900_000 }, async () => {
      const theirs = await typed(texts);
      outcomes.set(name, theirs);
      const different = [...theirs].filter(
        ([text, matcher]) => matcher !== null && JSON.stringify(ours(text)) !== JSON.stringify(sorted(matcher)),
      );
      expect([...theirs.values()].filter((matcher) => matcher !== null).length).toBeGreaterThan(COUNT / 5);
      expect(different.slice(0, 20).map(([text, matcher]) => ({ text, matcher, ours: ours(text) }))).toEqual([]);
    });

    test("what is written from a read one, amtool reads as the same", { timeout: 600_000 }, async () => {
      const classicNamed = texts
        .flatMap((text) => ours(text) ?? [])
        .filter((matcher) => /^[a-zA-Z_]\w*$/.test(matcher.name))
        .slice(0, 1_000);
      const theirs = await typed([...new Set(classicNamed.map(formatMatcher))]);
      const different = [...theirs].filter(
        ([text, matcher]) => matcher === null || JSON.stringify(ours(text)) !== JSON.stringify(sorted(matcher)),
      );
      expect(different.slice(0, 20)).toEqual([]);
    });
  });
}

test("what neither amtool accepts is refused", () => {
  if (outcomes.size < 2) {
    return;
  }
  const accepted = texts.filter((text) => [...outcomes.values()].some((read) => read.get(text) !== null));
  const oursAccepted = texts.filter((text) => ours(text) !== null);
  const known = new Set(accepted);
  expect(oursAccepted.filter((text) => !known.has(text)).slice(0, 20)).toEqual([]);
  expect(oursAccepted).toHaveLength(accepted.length);
});

function ours(text: string): Matcher | null {
  try {
    return sorted(parseMatcher(text));
  } catch (error) {
    if (error instanceof MatcherSyntaxError) {
      return null;
    }
    throw error;
  }
}

function sorted({ name, value, isRegex, isEqual }: Matcher): Matcher {
  return { name, value, isRegex, isEqual };
}
