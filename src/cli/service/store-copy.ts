import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../alert/user-error.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { isServerUrl } from "../../config/store-place.ts";
import { backUpStore, restoreStore } from "../../store/backup.ts";
import { type CopiedTable, copyStore } from "../../store/copy.ts";
import { openStore } from "../../store/open.ts";
import { awaitTurn, type Turn } from "../../store/turn.ts";
import type { CommandContext } from "../command.ts";

type Place = Pick<Config["store"], "url" | "password">;

/**
 * Copies one store into another, while no cmswatch works on either.
 * @throws UserError for a source that does not exist, one that is in use, or a target that is not empty
 */
export async function copyBetween(
  from: string,
  to: string,
  { environment, log }: Pick<CommandContext, "environment" | "log">,
): Promise<readonly CopiedTable[]> {
  const [source, target] = [placeOf(from, environment), placeOf(to, environment)];
  if (keyOf(source) === keyOf(target)) {
    throw new UserError("is copied onto itself", to, "name another folder or database");
  }
  refuseNoStore(source);
  const turns: Turn[] = [];
  try {
    for (const place of [source, target].filter(({ url }) => isServerUrl(url))) {
      turns.push(await takeTurn(place, log));
    }
    const opened = await openStore(source);
    try {
      const empty = await openStore(target);
      try {
        return await copyStore(opened, empty);
      } finally {
        await empty.close();
      }
    } finally {
      await opened.close();
    }
  } finally {
    await Promise.all(turns.map((turn) => turn.release()));
  }
}

/**
 * Writes a store's backup. A database may be in use meanwhile: the backup is of one moment.
 * @throws UserError for a store that does not exist or a folder that is in use
 */
export async function backUp(
  from: string,
  file: string,
  { environment, log }: Pick<CommandContext, "environment" | "log">,
): Promise<readonly CopiedTable[]> {
  const source = placeOf(from, environment);
  refuseNoStore(source);
  const opened = await openStore(source, { log });
  try {
    return await backUpStore(opened, file, new Date());
  } finally {
    await opened.close();
  }
}

/**
 * Restores a backup into an empty store that nobody works on.
 * @throws UserError for a file that is not whole or a store that is not empty or in use
 */
export async function restore(
  file: string,
  to: string,
  { environment, log }: Pick<CommandContext, "environment" | "log">,
): Promise<readonly CopiedTable[]> {
  const target = placeOf(to, environment);
  const turn = isServerUrl(target.url) ? await takeTurn(target, log) : null;
  try {
    const empty = await openStore(target, { log });
    try {
      return await restoreStore(file, empty);
    } finally {
      await empty.close();
    }
  } finally {
    await turn?.release();
  }
}

function refuseNoStore({ url }: Place): void {
  if (!isServerUrl(url) && !existsSync(join(url, "pglite"))) {
    throw new UserError("is no folder of a store", url, "name the folder that store.url of cmswatch names");
  }
}

function placeOf(text: string, environment: NodeJS.ProcessEnv): Place {
  return /\.ya?ml$/.test(text) ? loadConfig(text, environment).store : { url: text };
}

function keyOf(place: Place): string {
  return isServerUrl(place.url) ? place.url : resolve(place.url);
}

/** The right to work on a database, so that no cmswatch does meanwhile. @throws UserError when one works on it now */
async function takeTurn({ url, password }: Place, log: CommandContext["log"]): Promise<Turn> {
  const once = new AbortController();
  let worker: string | null = null;
  const onWaiting = (leader: string | null) => {
    worker = leader;
    once.abort();
  };
  const turn = await awaitTurn({ url, password, address: "store copy", signal: once.signal, log, onWaiting });
  if (turn === null) {
    const who = worker === null ? "it cannot be asked, or something works on it" : `cmswatch works on it at ${worker}`;
    throw new UserError(who, withoutPassword(url), "stop every replica first; is the address right?");
  }
  return turn;
}

function withoutPassword(text: string): string {
  return text.replace(/:[^:@/]*@/, "@");
}
