import { and, desc, eq, getTableColumns, inArray, ne, sql } from "drizzle-orm";
import { UserError } from "../../alert/user-error.ts";
import { replaceAllBut } from "../columns.ts";
import type { Database } from "../database.ts";
import { models } from "../schema.ts";
import type { ModelRepository, StoredModel } from "../store.ts";

/** Versions of an entity's detector that can be gone back to. */
const KEPT_VERSIONS = 10;
const { bytes: _, ...withoutBytes } = getTableColumns(models);

/** Trained models, one active per entity and detector. */
export function modelRepository(database: Database): ModelRepository {
  return {
    async save(model) {
      await database.transaction(async (transaction) => {
        await lockUnit(transaction, model);
        if (model.active) {
          await deactivateOthers(transaction, model);
        }
        await transaction
          .insert(models)
          .values(model)
          .onConflictDoUpdate({ target: models.id, set: replaceAllBut(models, ["id"]) });
        await dropOldVersions(transaction, model);
      });
    },
    async active(entity) {
      return database
        .select()
        .from(models)
        .where(and(eq(models.entity, entity), models.active))
        .orderBy(models.detector);
    },
    async list({ active, entity } = {}) {
      return database
        .select(withoutBytes)
        .from(models)
        .where(
          and(
            active === undefined ? undefined : eq(models.active, active),
            entity === undefined ? undefined : eq(models.entity, entity),
          ),
        )
        .orderBy(models.entity, models.detector, desc(models.trainedAt));
    },
    async activate(id, note) {
      await database.transaction(async (transaction) => {
        const [model] = await transaction.select(withoutBytes).from(models).where(eq(models.id, id));
        if (model === undefined) {
          throw new UserError(`there is no model "${id}"`, "model registry", "list the models to see their ids");
        }
        await lockUnit(transaction, model);
        await deactivateOthers(transaction, model);
        await transaction
          .update(models)
          .set({ active: true, ...(note === undefined ? {} : { note }) })
          .where(eq(models.id, id));
      });
    },
  };
}

type Unit = Pick<StoredModel, "id" | "entity" | "detector">;

const sameUnit = (model: Unit) => and(eq(models.entity, model.entity), eq(models.detector, model.detector));

/** Two writers of one entity and detector wait for each other, so that two are never active. */
async function lockUnit(database: Database, model: Unit): Promise<void> {
  const unit = `model ${model.entity} ${model.detector}`;
  await database.execute(sql`select pg_advisory_xact_lock(hashtextextended(${unit}, 0))`);
}

async function deactivateOthers(database: Database, model: Unit): Promise<void> {
  await database
    .update(models)
    .set({ active: false })
    .where(and(sameUnit(model), ne(models.id, model.id), models.active));
}

async function dropOldVersions(database: Database, model: Unit): Promise<void> {
  const old = database
    .select({ id: models.id })
    .from(models)
    .where(and(sameUnit(model), eq(models.active, false), ne(models.id, model.id)))
    .orderBy(desc(models.trainedAt), desc(models.id))
    .offset(KEPT_VERSIONS - 1);
  await database.delete(models).where(inArray(models.id, old));
}
