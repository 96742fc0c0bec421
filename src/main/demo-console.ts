import type { Running } from "./compose.ts";

const EVERY = 500;
const BAR = 24;

/** Shows in the terminal where the page is and how far the training of models is. */
export function showProgress({ service, url }: Running): { stop(): void } {
  const isTerminal = process.stdout.isTTY === true;
  let last = "";
  process.stdout.write(`\n  cmswatch demo: open  ${url}/demo  (Ctrl-C stops)\n\n`);
  const show = () => {
    const { done, total, entity, epoch } = service.detection.progress();
    const filled = Math.round((BAR * done) / Math.max(1, total));
    const now = entity === null ? "" : `  ${entity}${epoch === null ? "" : ` epoch ${epoch.epoch}/${epoch.epochs}`}`;
    const line = `  models ${"█".repeat(filled)}${"·".repeat(BAR - filled)} ${done}/${total}`;
    if (isTerminal && line + now !== last) {
      process.stdout.write(`\r\u001b[2K${line}${now}`);
      last = line + now;
    } else if (!isTerminal && line !== last) {
      process.stdout.write(`${line}\n`);
      last = line;
    }
    if (done >= total && total > 0) {
      stop();
    }
  };
  const timer = setInterval(show, EVERY);
  const stop = () => {
    clearInterval(timer);
    process.stdout.write(isTerminal ? "\n" : "");
  };
  return { stop };
}
