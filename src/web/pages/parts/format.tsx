/** A duration in its largest one or two units: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) {
    return `${seconds} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? join(hours, "h", minutes % 60, "min") : join(Math.floor(hours / 24), "d", hours % 24, "h");
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Text that keeps saying how long ago a time was. `before` and `after` surround it. */
export function age(iso: string, before = "", after = " ago") {
  const text = () => `${before}${duration(now() - Date.parse(iso))}${after}`;
  return (
    <time dateTime={iso} title={clock(iso)} data-before={before} data-after={after}>
      {text()}
    </time>
  );
}

let skew = 0;

/** Tells this page what time it is at the server; the demo's clock may run fast. */
export function setNow(iso: string | null): void {
  skew = iso === null ? skew : Date.parse(iso) - Date.now();
}

export function now(): number {
  return Date.now() + skew;
}

/** Renews all ages on the page. */
export function refreshAges(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-after]")) {
    const past = now() - Date.parse(element.dateTime);
    const { before = "", after = "" } = element.dataset;
    // The text node itself stays: it belongs to the drawn tree.
    if (element.firstChild !== null) {
      element.firstChild.nodeValue = `${before}${duration(past)}${after}`;
    }
  }
}

/** A time for people: day and time of day in UTC, as CERN's operators write it. */
export function clock(iso: string): string {
  const text = new Date(iso).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}

/** A number with three significant digits. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return "–";
  }
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

const STATE_TEXT: Readonly<Record<string, string>> = {
  ok: "ok",
  anomalous: "anomalous",
  down: "down",
  learning: "learning",
  "no-data": "no data",
  silenced: "silenced",
  firing: "firing",
  acknowledged: "acknowledged",
  resolved: "resolved",
};

/** A coloured word; the word carries the meaning, the colour only repeats it. */
export function chip(state: string, text = STATE_TEXT[state] ?? state) {
  return <span class={`chip ${state}`}>{text}</span>;
}

/** The severity as a word with its own colour. */
export function severity(name: string | null) {
  return name === null ? null : <span class={`severity s-${name}`}>{name}</span>;
}
