import { UserError } from "../alert/user-error.ts";
import type { StoredModel } from "../store/store.ts";
import type { CommandContext, RegisterCommand } from "./command.ts";

interface ListOptions {
  readonly config?: string;
  readonly entity?: string;
  readonly service?: string;
  readonly active?: boolean;
  readonly json?: boolean;
}

type Listed = Omit<StoredModel, "bytes">;

/** `cmswatch models list|activate`. */
export const registerModels: RegisterCommand = (program, context) => {
  const models = program.command("models").description("trained models: which there are, which are live, and why");
  models
    .command("list")
    .description("versions of every entity's model, newest first")
    .option("--config <file>", "configuration")
    .option("--entity <name>", "only of this entity")
    .option("--service <name>", "only of this service")
    .option("--active", "only those that are live")
    .option("--json", "print JSON")
    .action((options: ListOptions) => list(options, context));
  models
    .command("activate")
    .description("make an older version live again; a running service takes it up within a minute")
    .argument("<id>", "the model's id, as `models list` shows it")
    .option("--config <file>", "configuration")
    .action((id: string, options: { config?: string }) => activate(id, options, context));
};

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const store = await open(options.config, context);
  try {
    const { entity } = options;
    const all = await store.models.list({
      ...(entity === undefined ? {} : { entity }),
      ...(options.active === true ? { active: true } : {}),
    });
    const found = all.filter((model) => options.service === undefined || model.service === options.service);
    if (options.json === true) {
      context.out(`${JSON.stringify(found, null, 2)}\n`);
      return;
    }
    const { formatTable } = await import("./table.ts");
    const header = ["live", "entity", "detector", "version", "trained", "rows", "id", "why"];
    context.out(found.length === 0 ? "no model\n" : formatTable(header, found.map(row)));
  } finally {
    await store.close();
  }
}

function row(model: Listed) {
  const cells = [
    model.active ? "*" : "",
    model.entity,
    model.detector,
    model.version,
    `${model.trainedAt.toISOString().slice(0, 16)}Z`,
    String(model.figures["rows"] ?? ""),
    model.id,
    model.note ?? "",
  ];
  return cells.map((text) => ({ text }));
}

async function activate(id: string, options: { config?: string }, context: CommandContext): Promise<void> {
  const store = await open(options.config, context);
  try {
    const found = (await store.models.list()).find((model) => model.id === id);
    if (found === undefined) {
      throw new UserError(`there is no model "${id}"`, "model registry", "`cmswatch models list` shows their ids");
    }
    if (found.active) {
      context.out(`version ${found.version} of ${found.entity} is live already\n`);
      return;
    }
    const at = new Date();
    const by = context.environment["USER"] ?? "somebody";
    const note = `live by ${by} since ${at.toISOString().slice(0, 16)}Z`;
    await store.models.activate(id, found.note ? `${found.note}; ${note}` : note);
    const { entity: subject, version, detector } = found;
    const details = { id, version, detector };
    await store.audit.append({ at, actor: by, via: "cli", action: "activate model", subject, details });
    context.out(`version ${version} is live for ${subject}; a running service takes it up within a minute\n`);
  } finally {
    await store.close();
  }
}

/** @throws UserError where a running service holds the folder, saying what to do instead */
async function open(file: string | undefined, context: CommandContext) {
  const [{ loadConfig }, { openStore }] = await Promise.all([import("../config/load.ts"), import("../store/open.ts")]);
  const config = loadConfig(file ?? null, context.environment);
  return openStore(config.store, { log: context.log });
}
