import type { Concerns } from "../../src/tickets/concerns.ts";

/** Nothing is known of what a ticket is about. */
export const NO_CONCERNS: Concerns = { services: [], owners: [] };
