import { InvalidArgumentError } from "commander";
import type { CommandContext, RegisterCommand } from "../command.ts";

interface SimulateOptions {
  readonly alerts: number;
  readonly types: number;
  readonly remedies: number;
  readonly missing: number;
  readonly seed: number;
  readonly worlds: number;
  readonly json?: boolean;
}

/** `cmswatch solutions simulate`. */
export const registerSolutions: RegisterCommand = (program, context) => {
  program
    .command("solutions")
    .description("how remedies are ranked")
    .command("simulate")
    .description("regret of ways to rank remedies, against a fixed order and the best in hindsight (0)")
    .option("--alerts <count>", "alerts in a world", count, 1000)
    .option("--types <count>", "types of alerts", count, 30)
    .option("--remedies <count>", "remedies of a type", count, 5)
    .option("--missing <share>", "share of alerts that nobody gives an answer on", share, 0.6)
    .option("--seed <number>", "seed of the first world", count, 1)
    .option("--worlds <count>", "worlds to average over, with the seeds that follow", count, 20)
    .option("--json", "print JSON")
    .action((options: SimulateOptions) => run(options, context));
};

async function run(options: SimulateOptions, context: CommandContext): Promise<void> {
  const { simulate, STRATEGIES } = await import("../../intelligence/solutions/simulate.ts");
  const { worlds, seed, json, ...world } = options;
  const games = Array.from({ length: worlds }, (_, index) => simulate({ ...world, seed: seed + index }));
  const rows = STRATEGIES.map((strategy) => {
    const results = games.flatMap((game) => game.filter((result) => result.strategy === strategy));
    const mean = results.reduce((sum, result) => sum + result.regret, 0) / worlds;
    const spread = Math.sqrt(results.reduce((sum, result) => sum + (result.regret - mean) ** 2, 0) / worlds);
    const course = Array.from(
      { length: 10 },
      (_, tenth) => results.reduce((sum, result) => sum + (result.course[tenth] ?? 0), 0) / worlds,
    );
    return { strategy, regret: mean, spread, course };
  });
  if (json === true) {
    context.out(`${JSON.stringify({ ...world, worlds, seed, rows })}\n`);
    return;
  }
  context.out(
    `${worlds} worlds from seed ${seed}: ${world.alerts} alerts of ${world.types} types, ${world.remedies} remedies each, ${Math.round(100 * world.missing)} % without an answer\n`,
  );
  context.out("strategy         regret  ±      after each tenth of the alerts\n");
  for (const { strategy, regret, spread, course } of rows) {
    context.out(
      `${strategy.padEnd(16)} ${regret.toFixed(1).padStart(6)}  ${spread.toFixed(1).padStart(5)}  ${course.map((value) => value.toFixed(0)).join(" ")}\n`,
    );
  }
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000_000) {
    throw new InvalidArgumentError("give a whole number from 1 to 1000000");
  }
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value < 1)) {
    throw new InvalidArgumentError("give a share from 0 to below 1");
  }
  return value;
}
