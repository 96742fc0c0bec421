import { afterEach, describe, expect, it } from "vitest";
import { createPrometheusClient, type PrometheusOptions } from "../../src/prometheus/client.ts";
import { MetricSourceError } from "../../src/prometheus/source.ts";
import { type Asked, fakePrometheus, matrix, type Reply } from "./fake-prometheus.ts";

const FROM = new Date("2026-06-15T00:00:00Z");
const closers: (() => Promise<void>)[] = [];

async function setUp(answer: (asked: Asked, count: number) => Reply, options: Partial<PrometheusOptions> = {}) {
  const server = await fakePrometheus(answer);
  closers.push(server.close);
  const pauses: number[] = [];
  const client = createPrometheusClient({
    url: server.url,
    timeout: 2000,
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
    },
    ...options,
  });
  return { server, client, pauses };
}
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

describe("Prometheus client", () => {
  it("posts the question as a form, with the token", async () => {
    const { server, client } = await setUp(() => ({ body: matrix({ values: [[10, "1.5"]] }) }), { token: "s3cret" });
    const [series] = await client.range('up{job="a"}', FROM, new Date(FROM.getTime() + 30_000), 15_000);
    expect(server.asked[0]).toMatchObject({ path: "/api/v1/query_range", headers: { authorization: "Bearer s3cret" } });
    expect(Object.fromEntries(server.asked[0]?.form ?? [])).toEqual({
      query: 'up{job="a"}',
      start: "1781481600",
      end: "1781481630",
      step: "15",
      nocache: "1",
    });
    expect(series).toEqual({ labels: {}, times: Float64Array.of(10), values: Float64Array.of(1.5) });
  });

  it("reads NaN and the infinities", async () => {
    const values: [number, string][] = [
      [1, "NaN"],
      [2, "+Inf"],
      [3, "-Inf"],
      [4, "1e-3"],
    ];
    const { client } = await setUp(() => ({ body: matrix({ values }) }));
    const [series] = await client.range("x", FROM, FROM, 15_000);
    expect([...(series?.values ?? [])]).toEqual([Number.NaN, Infinity, -Infinity, 0.001]);
  });

  it("accepts an address that already has /api/v1/query_range, as the original configuration gives it", async () => {
    const { server } = await setUp(() => ({ body: matrix() }));
    const client = createPrometheusClient({ url: `${server.url}/prometheus/api/v1/query_range`, timeout: 2000 });
    await client.range("x", FROM, FROM, 15_000);
    expect(server.asked[0]?.path).toBe("/prometheus/api/v1/query_range");
  });

  it("splits what is over 11,000 points and joins the series again", async () => {
    const { server, client } = await setUp(({ form }) => ({
      body: matrix({ labels: { pod: "a" }, values: [[Number(form.get("start")), "1"]] }),
    }));
    const series = await client.range("x", FROM, new Date(FROM.getTime() + 25_000 * 15_000), 15_000);
    expect(server.asked).toHaveLength(3);
    expect(series).toHaveLength(1);
    expect(series[0]?.times).toHaveLength(3);
  });

  it("tries again after a growing pause when the server is busy", async () => {
    const { client, pauses } = await setUp((_, count) =>
      count < 3 ? { status: 503, body: "busy" } : { body: matrix({ values: [[1, "2"]] }) },
    );
    await expect(client.range("x", FROM, FROM, 15_000)).resolves.toHaveLength(1);
    expect(pauses).toEqual([500, 1000]);
  });

  it("gives up after its tries and names address, query and status", async () => {
    const { server, client } = await setUp(() => ({ status: 503, body: "busy" }), { tries: 2 });
    await expect(client.range("up", FROM, FROM, 15_000)).rejects.toThrow(
      `${server.url}/api/v1/query_range: asked \`up\`, got 503 busy — the server is busy`,
    );
    expect(server.asked).toHaveLength(2);
  });

  it("does not repeat a wrong query, and says what is wrong with it", async () => {
    const body = { status: "error", errorType: "bad_data", error: "parse error: unexpected end" };
    const { server, client } = await setUp(() => ({ status: 400, body }));
    await expect(client.instant("up{", FROM)).rejects.toThrow(/400 bad_data: parse error.*fix the query/);
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ["a page of something else", { body: "<html>login</html>" }, /not an answer of Prometheus/],
    ["an answer cut off", { body: '{"status":"success","da' }, /not an answer of Prometheus/],
    ["a refusal", { status: 401, body: "no" }, /check prometheus.token/],
    ["another API", { status: 404, body: "404" }, /without \/api\/v1/],
    ["a value that is no number", { body: matrix({ values: [[1, "many"]] }) }, /"many" is not a number/],
  ])("%s is an error, never an empty answer", async (_, reply, message) => {
    const { client } = await setUp(() => reply);
    const failure = client.range("x", FROM, FROM, 15_000);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toBeInstanceOf(MetricSourceError);
  });

  it("refuses an answer over the size limit", async () => {
    const { client } = await setUp(() => ({ body: "x".repeat(2000) }), { maxBytes: 1000 });
    await expect(client.range("x", FROM, FROM, 15_000)).rejects.toMatchObject({ tooLarge: true, passing: false });
  });

  it("hands on warnings", async () => {
    const warnings: string[] = [];
    const { client } = await setUp(() => ({ body: { ...matrix(), warnings: ["one store is away"] } }), {
      onWarning: (warning, query) => warnings.push(`${query}: ${warning}`),
    });
    await client.range("x", FROM, FROM, 15_000);
    expect(warnings).toEqual(["x: one store is away"]);
  });

  it("says why it is not reachable", async () => {
    const client = createPrometheusClient({ url: "http://127.0.0.1:1", timeout: 500 });
    const answer = await client.reachable();
    expect(answer).toMatchObject({ ok: false, reason: expect.stringMatching(/ECONNREFUSED.*check prometheus.url/) });
  });

  it("stops when told to", async () => {
    const { client } = await setUp(() => ({ body: matrix() }));
    await expect(client.range("x", FROM, FROM, 15_000, AbortSignal.abort(new Error("enough")))).rejects.toThrow(
      "enough",
    );
  });
});
