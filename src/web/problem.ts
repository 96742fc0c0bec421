import type { FastifyReply } from "fastify";
import type { z } from "zod";

/** Answers with an error in the one form that this API has. */
export function refuse(reply: FastifyReply, status: number, what: string, hint: string): FastifyReply {
  return reply.code(status).send({ error: { what, hint } });
}

/** The first thing that is wrong with a body, in words. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const path = issue?.path.join(".") ?? "";
  return `${path === "" ? "the body" : `\`${path}\``}: ${issue?.message ?? "is wrong"}`;
}
