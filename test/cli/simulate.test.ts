import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { cmswatch } from "./run.ts";

describe("cmswatch simulate", () => {
  it("refuses what is no address", async () => {
    const { code, err } = await cmswatch(["simulate", "--listen", "nowhere"]);
    expect([code, err]).toEqual([2, expect.stringContaining("write it like 127.0.0.1:9464")]);
  });

  it("serves metrics until it is interrupted", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts", "simulate", "--listen", "127.0.0.1:0"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [text] = (await once(child.stdout, "data")) as [Buffer];
    const url = /at (http:\S+)/.exec(text.toString())?.[1] ?? "";
    expect(await (await fetch(url)).text()).toContain("eagle_pod_container_resource_usage_cpu_cores{");
    child.kill("SIGINT");
    expect((await once(child, "exit"))[0]).toBe(0);
  });
});

describe("cmswatch demo next", () => {
  const asked: string[] = [];
  let status = 200;
  const story = {
    steps: [{ id: "node-down", title: "A node dies", state: "now" }],
    now: { title: "A node dies", happens: "One stops.", purpose: "One alert.", look: "Slack." },
  };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const body = status === 200 ? story : { error: { what: 'the story has no step "x"', hint: "choose another" } };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  afterEach(() => {
    server.close();
    asked.length = 0;
    status = 200;
  });
  const start = async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it("tells the next step, or the one that is named, and lists them", async () => {
    const url = await start();
    expect((await cmswatch(["demo", "next", "--url", url])).out).toContain("A node dies: One stops.");
    expect((await cmswatch(["demo", "next", "node-down", "--url", url, "--json"])).out).toContain('"look": "Slack."');
    expect((await cmswatch(["demo", "next", "--list", "--url", url])).out).toBe("> node-down      A node dies\n");
    expect(asked).toEqual(["POST /demo/story/next", "POST /demo/story/steps/node-down", "GET /demo/story"]);
  });

  it("says what is wrong with a step, and when no demo runs", async () => {
    const url = await start();
    status = 404;
    expect(await cmswatch(["demo", "next", "x", "--url", url])).toMatchObject({
      code: 2,
      err: expect.stringContaining("no step"),
    });
    const nobody = await cmswatch(["demo", "next", "--url", "http://127.0.0.1:1"]);
    expect(nobody).toMatchObject({ code: 2, err: expect.stringContaining("start one: cmswatch demo") });
  });
});
