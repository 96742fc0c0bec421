import type { FastifyInstance } from "fastify";
import { firstIssue, refuse } from "../problem.ts";
import { type Notification, toNotification, webhookSchema } from "../webhook.ts";

/**
 * Where Alertmanager's webhook receiver sends to. On this machine it needs no token; from elsewhere its
 * `http_config.authorization` holds one. A refusal with 4xx is not repeated by Alertmanager, one with 5xx is.
 */
export function registerWebhook(
  app: FastifyInstance,
  onNotification: (notification: Notification) => Promise<void>,
): void {
  app.post("/api/v1/alertmanager/webhook", async (request, reply) => {
    const parsed = webhookSchema.safeParse(request.body);
    if (!parsed.success) {
      return refuse(reply, 400, firstIssue(parsed.error), "send version 4 of Alertmanager's webhook format");
    }
    await onNotification(toNotification(parsed.data));
    return reply.code(202).send({ accepted: parsed.data.alerts.length });
  });
}
