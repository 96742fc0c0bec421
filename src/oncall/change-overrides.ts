import { randomUUID } from "node:crypto";
import { UserError } from "../alert/user-error.ts";
import type { OncallOverride, Store } from "../store/store.ts";
import type { Schedule } from "./load.ts";
import { checkOverride, readDuration, readMoment, restOfShift } from "./override.ts";
import { momentText } from "./text.ts";

/** What a person at the command line wants: nothing lists, `remove` removes, roster and person put somebody on call. */
export interface OverrideWords {
  readonly roster: string | undefined;
  readonly person: string | undefined;
  readonly from: string;
  readonly for?: string;
  readonly to?: string;
  readonly shift?: boolean;
  readonly remove?: string;
  readonly by: string;
}

export interface OverrideResult {
  readonly overrides: readonly OncallOverride[];
  readonly text: string;
}

interface Parts {
  readonly schedule: Schedule;
  readonly store: Pick<Store, "oncall" | "audit">;
  readonly now: Date;
}

const YEAR = 366 * 86_400_000;

/** Lists, adds or removes an exception; changes are in the audit log. @throws UserError for what cannot be done */
export async function changeOverrides(words: OverrideWords, parts: Parts): Promise<OverrideResult> {
  const { schedule, store, now } = parts;
  const known = await store.oncall.overrides(now, new Date(now.getTime() + YEAR));
  if (words.remove !== undefined) {
    return remove(words.remove, known, words.by, parts);
  }
  if (words.roster === undefined) {
    const lines = known.map((one) => `${describe(one, schedule)} [${one.id}]\n`);
    return { overrides: known, text: lines.length === 0 ? "no exceptions\n" : lines.join("") };
  }
  const wish = { roster: words.roster, person: words.person ?? "", by: words.by, ...span(words, known, parts) };
  checkOverride(schedule, wish);
  const override = { ...wish, id: randomUUID() };
  await store.oncall.saveOverride(override);
  await record("override", override, words.by, parts);
  return { overrides: [override], text: `${describe(override, schedule)} [${override.id}]\n` };
}

async function remove(id: string, known: readonly OncallOverride[], by: string, parts: Parts): Promise<OverrideResult> {
  const override = known.find((one) => one.id === id);
  if (override === undefined) {
    throw new UserError(`there is no exception "${id}" now or to come`, "--remove", "list them to see their ids");
  }
  await parts.store.oncall.removeOverride(id);
  await record("remove-override", override, by, parts);
  return { overrides: [], text: `removed: ${describe(override, parts.schedule)}\n` };
}

function span(words: OverrideWords, overrides: readonly OncallOverride[], { schedule, now }: Parts) {
  const from = readMoment(words.from, schedule.timezone, now, "--from");
  if (words.shift === true) {
    const rest = restOfShift(schedule, words.roster ?? "", { overrides, calendars: new Map() }, from);
    if (rest === null) {
      throw new UserError(`${words.roster} has no shift then`, "--shift", "say how long by --for or --to");
    }
    return { from, to: rest.to };
  }
  if (words.to !== undefined) {
    return { from, to: readMoment(words.to, schedule.timezone, now, "--to") };
  }
  if (words.for === undefined) {
    throw new UserError("it is not said how long", "override", "add --for 4h, --to TIME or --shift");
  }
  return { from, to: new Date(from.getTime() + readDuration(words.for, "--for")) };
}

async function record(action: string, override: OncallOverride, by: string, { store, now }: Parts): Promise<void> {
  const { id, person, from, to, roster } = override;
  await store.audit.append({
    at: now,
    actor: by,
    via: "cli",
    action,
    subject: roster,
    details: { id, person, from: from.toISOString(), to: to.toISOString() },
  });
}

function describe({ roster, person, from, to, by }: OncallOverride, { timezone }: Schedule): string {
  return `${roster}: ${person} from ${momentText(from, timezone)} to ${momentText(to, timezone)}, by ${by}`;
}
