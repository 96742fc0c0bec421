import { afterEach, describe, expect, it } from "vitest";
import { transfersOverview } from "../../src/transfers/alerts/overview.ts";
import { toTransfersView, transfersView } from "../../src/web/transfer-views.ts";
import { buildWeb } from "../../src/web/web.ts";
import { AT, incident, ticket } from "../transfers/alerts/samples.ts";
import { transfer } from "../transfers/model/samples.ts";
import { webOptions } from "./build.ts";

const NOW = {
  state: "watching",
  note: null,
  model: { name: "shrinkage", version: "0123456789ab" },
  judged: 100,
  rate: 0.005,
  threshold: 2.3,
  cleaned: { duplicate: 2 },
  open: [incident()],
  closed: [],
  top: [{ transfer: transfer({ duration: 4000 }), endedAt: AT, expected: 30, upper: 90, score: 4 }],
} as const;

let app: Awaited<ReturnType<typeof buildWeb>>;
afterEach(() => app.close());
const ask = async (url: string) => (await app.inject({ url, headers: { host: "127.0.0.1:8420" } })) ?? null;

describe("transfers in the API", () => {
  it("are shown where they are watched, of one site when asked", async () => {
    const asked: (string | null)[] = [];
    const { options } = webOptions();
    const transfers = async (about: string | null) => {
      asked.push(about);
      return toTransfersView(transfersOverview(NOW, [ticket()], about));
    };
    app = await buildWeb({ ...options, sources: { ...options.sources, transfers } });
    expect((await ask("/api/v1/me")).json().pages).toContain("transfers");
    const all = transfersView.parse((await ask("/api/v1/transfers")).json());
    expect(all.open[0]).toMatchObject({ entity: "T1_DE_KIT_Disk → T2_CH_CERN", related: [{ id: "123456" }] });
    expect(all.model).toEqual({ name: "shrinkage", version: "0123456789ab" });
    expect(all.top[0]).toMatchObject({ seconds: 4000, expected: 30 });
    expect(all.cleaned).toEqual([{ what: "duplicate", count: 2 }]);
    expect((await ask("/api/v1/transfers?site=T2_US_UCSD")).json()).toMatchObject({ open: [], top: [] });
    expect(asked).toEqual([null, "T2_US_UCSD"]);
  });

  it("are not there where none are watched", async () => {
    app = await buildWeb(webOptions().options);
    expect((await ask("/api/v1/me")).json().pages).not.toContain("transfers");
    expect((await ask("/api/v1/transfers")).statusCode).toBe(404);
  });
});
