const RECONNECT_AFTER = 40_000;
const LOOK_EVERY = 5000;

/**
 * Hears from the server what has changed, and connects again after a pause. Pages work without it: they are asked for again
 * every half minute while it is not connected.
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
    if (Date.now() - heard > RECONNECT_AFTER) {
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
