import type { CycleResult } from "../../intelligence/cycle.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

interface RunOptions {
  readonly config: string;
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `cmswatch intelligence run`: the pipeline over what Alertmanager holds, without the rest of cmswatch. */
export const registerIntelligence: RegisterCommand = (program, context) => {
  program
    .command("intelligence")
    .description("rank, annotate, group and explain the alerts of Alertmanager")
    .command("run")
    .description("run the pipeline at its interval, or once")
    .requiredOption("--config <file>", "configuration (YAML)")
    .option("--once", "one look, then end")
    .option("--dry-run", "decide everything, write nothing anywhere")
    .option("--json", "print JSON")
    .action((options: RunOptions) => run(options, context));
};

async function run(options: RunOptions, context: CommandContext): Promise<void> {
  const { openIntelligence } = await import("./parts.ts");
  const parts = await openIntelligence(options, context);
  let next: (() => void) | null = null;
  let isOver = options.once === true;
  const stop = () => {
    isOver = true;
    next?.();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    do {
      const seen = await parts.look().catch((error: Error) => {
        if (options.once === true) {
          throw error;
        }
        context.err(`cmswatch: ${error.message}; tried again at the next look\n`);
        return null;
      });
      if (seen !== null) {
        show(seen);
      }
      if (!isOver) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, parts.every);
          next = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } while (!isOver);
  } finally {
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
    await parts.close();
  }

  function show({ result, annotations }: { readonly result: CycleResult; readonly annotations: Annotations }): void {
    context.out(
      options.json === true ? `${JSON.stringify(summaryOf(result, annotations))}\n` : describe(result, annotations),
    );
    if (options.once === true) {
      context.exit(result.faults.length + (annotations?.faults.length ?? 0) > 0 ? 2 : 0);
    }
  }
}

type Annotations = {
  readonly steps: readonly { readonly step: string; readonly name: string; readonly reason: string }[];
  readonly faults: readonly string[];
} | null;

function summaryOf(result: CycleResult, annotations: Annotations) {
  return {
    alerts: result.items.length,
    dropped: result.dropped.length,
    groups: result.groups.map(({ id, title, severity, state, alerts, reasons }) => ({
      id,
      title,
      severity,
      state,
      alerts: alerts.length,
      reasons,
    })),
    raised: result.raised.map((alert) => alert.labels),
    collapses: result.collapses,
    copies: result.copies,
    annotations: annotations?.steps.map(({ step, name, reason }) => ({ step, name, reason })) ?? [],
    stages: result.reports,
    faults: [...result.faults, ...(annotations?.faults ?? [])],
  };
}

function describe(result: CycleResult, annotations: Annotations): string {
  const stages = result.reports.map((report) => {
    const failed = report.failures.length === 0 ? "" : `, ${report.failures.length} failed: ${report.failures[0]}`;
    return `  ${report.stage.padEnd(11)} ${report.alertsIn} → ${report.alertsOut}, ${report.changed} changed, ${report.milliseconds.toFixed(1)} ms${failed}\n`;
  });
  const groups = result.groups.map(
    (group) => `  ${group.severity.padEnd(12)} ${group.title} (${group.alerts.length}, ${group.state})\n`,
  );
  const collapses = result.collapses.map((report) => `  storm ${report.step}: ${report.reason}\n`);
  const { copies } = result;
  const sent =
    copies === null
      ? ""
      : `  copies: ${copies.counts.made} made, ${copies.counts.refreshed} refreshed, ${copies.counts.resolved} ended, ${copies.counts.kept} kept; ${copies.silencesPut} silences\n`;
  const drawn = (annotations?.steps ?? []).map((step) => `  annotation ${step.step} ${step.name}: ${step.reason}\n`);
  const faults = [...result.faults, ...(annotations?.faults ?? [])].map((fault) => `  FAILED ${fault}\n`);
  return [
    `${result.items.length} alerts, ${result.groups.length} groups\n`,
    ...stages,
    ...groups,
    ...collapses,
    sent,
    ...drawn,
    ...faults,
  ].join("");
}
