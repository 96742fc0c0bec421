import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import type { Alertmanager } from "../../src/alert/alertmanager.ts";
import { systemClock } from "../../src/alert/clock.ts";
import { equals } from "../../src/alert/matcher.ts";
import { createEmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { clientOf } from "../alertmanager/clients.ts";
import { alertmanagerPrograms, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const HOUR = 3_600_000;
const RUNS = 60;

/** A post to both; times are hours from now. */
interface Post {
  readonly name: string;
  readonly status: string;
  readonly starts: number;
  readonly ends: number | null;
}

const post: fc.Arbitrary<Post> = fc.record({
  name: fc.constantFrom("a", "b"),
  status: fc.constantFrom("one", "two"),
  starts: fc.constantFrom(-5, -3, -1, 1),
  ends: fc.constantFrom(null, -4, -2, -0.5, 2, 4),
});

for (const { name, path, why } of alertmanagerPrograms()) {
  const skipped = path === null ? `: skipped, ${why}` : "";
  describe.skipIf(path === null)(`the embedded and a real Alertmanager ${name}${skipped}`, () => {
    let server: RealAlertmanager;
    let real: Alertmanager;
    const embedded = createEmbeddedAlertmanager({ clock: systemClock });
    beforeAll(async () => {
      server = await startAlertmanager(path ?? "");
      real = clientOf([server.url]);
    });
    afterAll(() => server?.remove());

    test("hold the same after any posts", async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(post, { minLength: 1, maxLength: 8 }), async (posts) => {
          run++;
          const now = Math.floor(Date.now() / 1000) * 1000;
          const at = (hours: number) => new Date(now + hours * HOUR);
          const label = `run ${run}`;
          for (const { name: alertname, status, starts, ends } of posts) {
            const alert: Alert = {
              labels: { alertname, run: label },
              annotations: { status },
              startsAt: at(starts),
              endsAt: ends === null ? null : at(ends),
            };
            await Promise.all([real.post([alert]), embedded.post([alert])]);
          }
          const seen = async (alertmanager: Alertmanager) =>
            (await alertmanager.alerts({ matchers: [equals("run", label)] }))
              .map(({ labels, annotations, startsAt, endsAt, fingerprint, state }) => ({
                labels,
                annotations,
                // One that was to start in the future starts when it is posted, which is not the same millisecond.
                startsAt: Math.round(startsAt.getTime() / 60_000),
                endsAt,
                fingerprint,
                state,
              }))
              .toSorted((left, right) => (left.fingerprint < right.fingerprint ? -1 : 1));
          expect(await seen(embedded)).toEqual(await seen(real));
        }),
        { numRuns: RUNS },
      );
    });
  });
}
