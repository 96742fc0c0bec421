import { AlertmanagerError, hintForStatus } from "../error.ts";

/** Address that errors of the embedded Alertmanager name. */
export const EMBEDDED_ADDRESS = "embedded";

/** A request that the embedded Alertmanager refuses, as the real one does: its HTTP status and its words. */
export class EmbeddedRefusal extends AlertmanagerError {
  /** The words alone, as they are sent over HTTP. */
  readonly answer: string;

  constructor(status: number, answer: string) {
    super(`answered ${status}: ${answer}`, EMBEDDED_ADDRESS, status, hintForStatus(status));
    this.answer = answer;
  }
}
