const RECONNECT_AFTER = 40_000;
const LOOK_EVERY = 5000;

/**
 * Hears from the server what has changed, and connects again after a pause. Pages work without it: whenever it
 * has to connect again they are asked for again.
 * @returns a function that ends it
 */
export function listen(onChanged: () => void, onState: (isLive: boolean) => void): () => void {
  let events: EventSource | null = null;
  let heard = Date.now();
  const connect = () => {
    events?.close();
    events = new EventSource("/api/v1/events");
    heard = Date.now();
    const note = () => {
      heard = Date.now();
      onState(true);
      onChanged();
    };
    events.addEventListener("hello", note);
    events.addEventListener("changed", note);
    events.onerror = () => onState(false);
  };
  const timer = setInterval(() => {
    // A browser that was refused does not try again by itself; one that hears nothing may hang on a dead connection.
    if (events?.readyState === EventSource.CLOSED || Date.now() - heard > RECONNECT_AFTER) {
      onChanged();
      connect();
    }
  }, LOOK_EVERY);
  connect();
  return () => {
    clearInterval(timer);
    events?.close();
  };
}
