import type { FastifyInstance, FastifyReply } from "fastify";
import type { Story } from "../story.ts";

const STARTING = { error: { what: "the demo is still starting", hint: "ask again in a second" } };

/** The story over HTTP: what is told just now, the next step, and any step by its name. */
export function registerStory(app: FastifyInstance, story: () => Story | null): void {
  const answer = async (reply: FastifyReply, ask: (story: Story) => unknown) => {
    const telling = story();
    if (telling === null) {
      return reply.code(503).send(STARTING);
    }
    try {
      return await ask(telling);
    } catch (error) {
      if (error instanceof RangeError) {
        return reply.code(404).send({ error: { what: error.message, hint: "choose one of these" } });
      }
      throw error;
    }
  };
  app.get("/demo/story", { config: { open: true } }, (_, reply) => answer(reply, (telling) => telling.view()));
  app.post("/demo/story/next", (_, reply) => answer(reply, (telling) => telling.next()));
  app.post<{ Params: { step: string } }>("/demo/story/steps/:step", (request, reply) =>
    answer(reply, (telling) => telling.tell(request.params.step)),
  );
}
