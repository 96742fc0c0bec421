import type { FastifyInstance } from "fastify";
import type { Heartbeats } from "../../oncall/heartbeats.ts";
import { refuse } from "../problem.ts";

/** Where cron jobs and exporters report: each with its own token, which is good for nothing else. */
export function registerHeartbeats(app: FastifyInstance, heartbeats: Pick<Heartbeats, "beat">): void {
  app.post<{ Params: { name: string } }>(
    "/api/v1/heartbeats/:name",
    { config: { open: true } },
    async (request, reply) => {
      const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
      const result = await heartbeats.beat(request.params.name, token);
      return result === "taken"
        ? reply.code(202).send({ ok: true })
        : refuse(reply, 401, "unknown heartbeat, or a token that is not its own", "send `Authorization: Bearer TOKEN`");
    },
  );
}
