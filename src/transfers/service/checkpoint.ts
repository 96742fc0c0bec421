import type { StateRepository } from "../../store/store.ts";
import type { TransferIncident } from "../model/incident.ts";
import { revived } from "../model/suspects.ts";
import type { History, SavedHistory } from "./history.ts";
import type { Reading, SavedReading } from "./reading.ts";
import type { SavedTeacher, Teacher } from "./teacher.ts";

const KEY = "transfers:checkpoint";

/** Everything that the watching of transfers is, as of one moment between two pages. */
interface SavedCheckpoint {
  readonly reading: SavedReading;
  readonly history: SavedHistory;
  readonly teacher: SavedTeacher | null;
  readonly closed: readonly TransferIncident[];
  /** Closed ones that Alertmanager has not taken. */
  readonly pending: readonly TransferIncident[];
}

export interface CheckpointParts {
  readonly states: StateRepository;
  readonly reading: Reading;
  readonly history: History;
  readonly teacher: Teacher;
}

type Incidents = Pick<SavedCheckpoint, "closed" | "pending">;

/**
 * Saves where the reading stands together with what was made of what was read. After a crash the events since then are read
 * again and come to the same: nothing is lost, and nothing is counted twice.
 */
export async function saveCheckpoint(parts: CheckpointParts, incidents: Incidents): Promise<void> {
  const { states, reading, history, teacher } = parts;
  // All of one moment: nothing may be awaited before the last of it is taken.
  const writing = history.save(states);
  const now = { reading: reading.save(), teacher: teacher.save(), ...incidents };
  const saved = await writing;
  await states.put(KEY, { ...now, history: saved } satisfies SavedCheckpoint);
  await history.tidy(states, saved);
}

/** Goes on from the last checkpoint. @returns the incidents that were over then; none without a checkpoint */
export async function restoreCheckpoint({ states, reading, history, teacher }: CheckpointParts): Promise<Incidents> {
  const saved = await states.get<SavedCheckpoint>(KEY);
  if (saved === null) {
    return { closed: [], pending: [] };
  }
  await history.restore(states, saved.history);
  reading.restore(saved.reading);
  if (saved.teacher !== null) {
    teacher.restore(saved.teacher);
  }
  return { closed: saved.closed.map(revived), pending: saved.pending.map(revived) };
}
