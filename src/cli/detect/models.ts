import { UserError } from "../../alert/user-error.ts";
import type { Store, StoredModel } from "../../store/store.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

interface ListOptions {
  readonly config?: string;
  readonly entity?: string;
  readonly service?: string;
  readonly active?: boolean;
  readonly json?: boolean;
}

interface FeedbackOptions {
  readonly config?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

type Listed = Omit<StoredModel, "bytes">;

/** `cmswatch models list|activate|rollback|feedback|revoke`. */
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
    .description("make an older version live again; a running service loads it within a minute")
    .argument("<id>", "the model's id, as `models list` shows it")
    .option("--config <file>", "configuration")
    .action((id: string, options: { config?: string }) => activate(id, options, context));
  models
    .command("rollback")
    .description("make the version live again that was so before; a running service loads it within a minute")
    .argument("<entity>", "whose model, e.g. transfers")
    .option("--config <file>", "configuration")
    .action((entity: string, options: { config?: string }) => rollback(entity, options, context));
  models
    .command("feedback")
    .description("what people called no anomaly, and for which events it holds")
    .option("--config <file>", "configuration")
    .option("--all", "the revoked too")
    .option("--json", "print JSON")
    .action((options: FeedbackOptions) => feedback(options, context));
  models
    .command("revoke")
    .description("take a piece of feedback back; a running service applies it within a minute")
    .argument("<id>", "its id, as `models feedback` shows it")
    .option("--config <file>", "configuration")
    .action((id: string, options: { config?: string }) => revoke(id, options, context));
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
    const { formatTable } = await import("../table.ts");
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
    await makeLive(store, found, context);
  } finally {
    await store.close();
  }
}

async function rollback(entity: string, options: { config?: string }, context: CommandContext): Promise<void> {
  const store = await open(options.config, context);
  try {
    const all = await store.models.list({ entity });
    const live = all.find(({ active }) => active);
    const before = all.find(
      (model) =>
        live !== undefined &&
        model.detector === live.detector &&
        model.trainedAt.getTime() < live.trainedAt.getTime() &&
        wasLive(model),
    );
    if (before === undefined) {
      const hint = "`cmswatch models list` shows all versions, `models activate ID` chooses one";
      throw new UserError(`no earlier version of "${entity}" was live`, "model registry", hint);
    }
    await makeLive(store, before, context);
  } finally {
    await store.close();
  }
}

/** A version that did worse than the one before was never live, unless somebody made it so. */
function wasLive({ note }: Listed): boolean {
  return !/\bnot live\b/.test(note ?? "") || /\blive by\b/.test(note ?? "");
}

async function makeLive(store: Store, found: Listed, context: CommandContext): Promise<void> {
  if (found.active) {
    context.out(`version ${found.version} of ${found.entity} is live already\n`);
    return;
  }
  const at = new Date();
  const by = context.environment["USER"] ?? "somebody";
  const note = `live by ${by} since ${at.toISOString().slice(0, 16)}Z`;
  const { id, entity: subject, version, detector } = found;
  await store.models.activate(id, found.note ? `${found.note}; ${note}` : note);
  const details = { id, version, detector };
  await store.audit.append({ at, actor: by, via: "cli", action: "activate model", subject, details });
  context.out(`version ${version} is live for ${subject}; a running service loads it within a minute\n`);
}

const MOST_FEEDBACK = 2000;

async function feedback(options: FeedbackOptions, context: CommandContext): Promise<void> {
  const [{ sayScope }, { scopesOf }, { formatTable }] = await Promise.all([
    import("../../anomalies/life/forgiveness.ts"),
    import("../../anomalies/alerts/forgiven.ts"),
    import("../table.ts"),
  ]);
  const store = await open(options.config, context);
  try {
    const given = await store.feedback.list({ kind: "not-anomaly", limit: MOST_FEEDBACK });
    const found = given.filter(({ revokedAt }) => options.all === true || revokedAt === null);
    if (options.json === true) {
      context.out(`${JSON.stringify(found, null, 2)}\n`);
      return;
    }
    const rows = found.map(({ id, at, by, revokedAt, details }) => {
      const scopes = scopesOf({ details });
      const what = scopes.length === 0 ? "no event of ours" : scopes.map(sayScope).join(" · ");
      const state = revokedAt === null ? "in force" : `revoked ${revokedAt.toISOString().slice(0, 10)}`;
      return [`${at.toISOString().slice(0, 16)}Z`, by, state, id, what].map((text) => ({ text }));
    });
    context.out(rows.length === 0 ? "no feedback\n" : formatTable(["given", "by", "state", "id", "what"], rows));
  } finally {
    await store.close();
  }
}

async function revoke(id: string, options: { config?: string }, context: CommandContext): Promise<void> {
  const store = await open(options.config, context);
  try {
    const given = await store.feedback.get(id);
    if (given === null) {
      throw new UserError(`there is no feedback "${id}"`, "feedback", "`cmswatch models feedback` shows their ids");
    }
    if (given.revokedAt !== null) {
      context.out("it was revoked already\n");
      return;
    }
    const at = new Date();
    const actor = context.environment["USER"] ?? "somebody";
    await store.feedback.save({ ...given, revokedAt: at });
    const details = { feedback: id, kind: given.kind, by: given.by };
    await store.audit.append({ at, actor, via: "cli", action: "revoke feedback", subject: given.subject, details });
    context.out("revoked: such events alert again, and their points are left out of the next training\n");
  } finally {
    await store.close();
  }
}

/** @throws UserError where a running service holds the folder, saying what to do instead */
async function open(file: string | undefined, context: CommandContext) {
  const [{ loadConfig }, { openStore }] = await Promise.all([
    import("../../config/load.ts"),
    import("../../store/open.ts"),
  ]);
  const config = loadConfig(file ?? null, context.environment);
  return openStore(config.store, { log: context.log });
}
