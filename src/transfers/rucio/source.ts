/** One event of the index, as it was stored. */
export interface StoredEvent {
  /** Identity of the document. */
  readonly id: string;
  /** Its time field, Unix milliseconds. */
  readonly at: number;
  readonly document: unknown;
}

/** Where transfer events come from. */
export interface EventSource {
  /** Address, for people. */
  readonly name: string;
  /**
   * Events from `from` on, oldest first, page by page, as they stood when the walk began.
   * @param from Unix milliseconds, inclusive · @throws EventSourceError; what was given before it stays good
   */
  since(from: number, signal: AbortSignal): AsyncGenerator<readonly StoredEvent[]>;
}

/** The source did not answer, or not with events: that is not the same as no events. */
export class EventSourceError extends Error {
  override readonly name = "EventSourceError";
  /** True when the same request may work later. */
  readonly passing: boolean;
  /** True when a smaller page may work. */
  readonly tooLarge: boolean;

  constructor(message: string, about: { passing: boolean; tooLarge?: boolean; cause?: unknown }) {
    super(message, { cause: about.cause });
    this.passing = about.passing;
    this.tooLarge = about.tooLarge === true;
  }
}
