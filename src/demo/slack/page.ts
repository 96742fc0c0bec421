import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import type { FastifyPluginAsync } from "fastify";
import { z } from "zod";
import type { Workspace } from "./workspace.ts";

const FILES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "dialog.css": "text/css; charset=utf-8",
  "sidebar.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "blocks.js": "text/javascript; charset=utf-8",
  "icons.js": "text/javascript; charset=utf-8",
  "mrkdwn.js": "text/javascript; charset=utf-8",
};
const FOLDER = join(import.meta.dirname, "page");
/** The page's own code and pictures only: nothing from elsewhere, nothing inline. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

const id = z.string().max(200);
const input = z.record(z.string(), z.string()).optional();
const requests = {
  command: z.object({ user: id, channel: id, text: z.string().max(4000) }),
  say: z.object({ user: id, channel: id, text: z.string().max(4000), threadTs: id.optional() }),
  click: z.object({
    user: id,
    channel: id,
    ts: id,
    actionId: id,
    blockId: z.string().max(255).optional(),
    value: z.string().max(4000).optional(),
  }),
  clickView: z.object({
    user: id,
    viewId: id,
    actionId: id,
    blockId: z.string().max(255).optional(),
    value: z.string().max(4000).optional(),
    input,
  }),
  submit: z.object({ user: id, viewId: id, input }),
  close: z.object({ viewId: id }),
  home: z.object({ user: id }),
} as const;

/**
 * The page on which people see and use the emulated workspace, as a fastify plugin (give it a prefix). It has no log-in:
 * serve it on the loopback only.
 */
export function slackPage(workspace: Workspace): FastifyPluginAsync {
  return async (server) => {
    const watchers = new Set<ServerResponse>();
    server.addHook("preClose", async () => {
      for (const watcher of watchers) {
        watcher.end();
      }
    });
    server.get("/", async (request, reply) => {
      const [path = "/", query] = request.url.split("?");
      // Without the slash at the end the page's own files would be looked for one level too high.
      if (!path.endsWith("/")) {
        return reply.redirect(`${path}/${query === undefined ? "" : `?${query}`}`);
      }
      return reply
        .headers({ "content-security-policy": POLICY, "content-type": FILES["index.html"] ?? "" })
        .send(await readFile(join(FOLDER, "index.html")));
    });
    for (const [name, type] of Object.entries(FILES)) {
      server.get(`/${name}`, async (_request, reply) => reply.type(type).send(await readFile(join(FOLDER, name))));
    }
    server.get("/state", async () => workspace.state());
    server.get<{ Params: { id: string } }>("/file/:id", async (request, reply) => {
      const file = workspace.file(request.params.id);
      return file === undefined
        ? reply.code(404).send({ error: "no such file" })
        : reply.type("image/png").send(Buffer.from(file.bytes));
    });
    server.get("/events", (request, reply) => {
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      raw.write("retry: 1000\n\n");
      const end = workspace.subscribe((event) => raw.write(`data: ${JSON.stringify(event)}\n\n`));
      watchers.add(raw);
      request.raw.on("close", () => {
        end();
        watchers.delete(raw);
      });
    });
    server.setErrorHandler((error, _request, reply) => {
      const wrong = error instanceof z.ZodError;
      return reply.code(wrong ? 400 : 500).send({ ok: false, error: wrong ? z.prettifyError(error) : String(error) });
    });
    const onPost = <T>(path: string, schema: z.ZodType<T>, work: (asked: T) => Promise<unknown>) =>
      server.post(path, async (request) => work(schema.parse(request.body)));
    onPost("/command", requests.command, (asked) => tellBot(() => workspace.runCommand(asked)));
    onPost("/say", requests.say, (asked) => tellBot(() => workspace.say(withoutUndefined(asked))));
    onPost("/click", requests.click, (asked) => tellBot(() => workspace.clickButton(withoutUndefined(asked))));
    onPost("/click-view", requests.clickView, (asked) => tellBot(() => workspace.clickInView(withoutUndefined(asked))));
    onPost("/home", requests.home, ({ user }) => tellBot(() => workspace.openHome(user)));
    onPost("/submit", requests.submit, async (asked) => ({
      errors: await workspace.submitView(withoutUndefined(asked)),
    }));
    onPost("/close", requests.close, async ({ viewId }) => {
      workspace.closeView(viewId);
      return { ok: true };
    });
  };
}

/** The page shows what the bot said; a bot that does not answer is said so there, not hidden. */
async function tellBot(
  work: () => Promise<{ readonly status: number; readonly took: number } | null>,
): Promise<{ ok: boolean; error?: string; took?: number }> {
  try {
    const answer = await work();
    if (answer === null) {
      return { ok: true };
    }
    return answer.status === 200
      ? { ok: true, took: Math.round(answer.took) }
      : { ok: false, error: `the app answered ${answer.status}` };
  } catch (error) {
    return { ok: false, error: `the app did not answer: ${(error as Error).message}` };
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}
