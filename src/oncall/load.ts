import { dirname, isAbsolute, join } from "node:path";
import { own } from "../alert/own.ts";
import { UserError } from "../alert/user-error.ts";
import { readYaml } from "../config/load.ts";
import { nearestNames } from "../config/nearest.ts";
import { type ScheduleFile, scheduleSchema } from "./schema.ts";

const HINT = "see docs/oncall.md";

/** Names that the schedule may use of the service catalogue. */
export interface KnownServices {
  readonly services: readonly { readonly name: string; readonly owners: readonly string[] }[];
}

/** A schedule whose names all exist, with the names looked up. */
export type Schedule = ScheduleFile & { readonly source: string };

/**
 * Reads oncall.yaml. Paths of calendars are relative to its folder.
 * @throws UserError naming the key, the file with its line, and what to do
 */
export function loadSchedule(file: string, known: KnownServices | null): Schedule {
  const { tree, locate } = readYaml(file);
  const at = (path: readonly PropertyKey[]) => {
    const line = locate(path);
    return line === null ? file : `${file}:${line}`;
  };
  return absoluteCalendars(parseSchedule(tree, file, known, at), dirname(file));
}

/** Checks a schedule that is data already. @param where what to call it in errors @throws UserError as for a file */
export function parseSchedule(
  tree: unknown,
  where: string,
  known: KnownServices | null,
  at: (path: readonly PropertyKey[]) => string = () => where,
): Schedule {
  const result = scheduleSchema.safeParse(tree);
  if (!result.success) {
    const issue = result.error.issues[0];
    const path = issue?.path ?? [];
    if (issue?.code === "unrecognized_keys") {
      const key = [...path, issue.keys[0] ?? ""];
      throw new UserError(`unknown key \`${key.join(".")}\``, at(key), HINT);
    }
    throw new UserError(`\`${path.join(".")}\` ${issue?.message ?? "is wrong"}`, at(path), HINT);
  }
  const schedule = result.data;
  const fault = findFault(schedule, known);
  if (fault !== null) {
    throw new UserError(fault.what, at(fault.path), fault.hint);
  }
  return { ...schedule, escalations: withStandard(schedule), source: where };
}

/** A role of a roster as overrides and people name it: `cmsweb` for the first role, `cmsweb/secondary` for another. */
export function roleKey(roster: Pick<ScheduleFile["rosters"][number], "name" | "roles">, role: string): string {
  return Object.keys(roster.roles)[0] === role ? roster.name : `${roster.name}/${role}`;
}

interface Fault {
  readonly what: string;
  readonly path: readonly PropertyKey[];
  readonly hint: string;
}

interface Reference {
  readonly kind: "person" | "service" | "owner" | "roster" | "role" | "escalation";
  readonly name: string;
  readonly path: readonly PropertyKey[];
}

function findFault(schedule: ScheduleFile, known: KnownServices | null): Fault | null {
  return (
    findDouble(schedule.people, "people") ??
    findDouble(schedule.rosters, "rosters") ??
    findSecondDefault(schedule) ??
    findUnknown(schedule, known) ??
    findBadSpan(schedule)
  );
}

function findDouble(items: readonly { name: string }[], key: string): Fault | null {
  const seen = new Set<string>();
  const index = items.findIndex(({ name }) => seen.size === seen.add(name.toLowerCase()).size);
  return index < 0
    ? null
    : { what: `"${items[index]?.name}" is there twice`, path: [key, index], hint: "give each a name of its own" };
}

function findSecondDefault({ rosters }: ScheduleFile): Fault | null {
  const index = rosters.findLastIndex((roster) => roster.default);
  return rosters.filter((roster) => roster.default).length < 2
    ? null
    : { what: "a second roster is the default", path: ["rosters", index, "default"], hint: "leave one of them" };
}

function findBadSpan({ people, rosters }: ScheduleFile): Fault | null {
  for (const [index, { name, away }] of people.entries()) {
    const wrong = away.findIndex(({ from, to }) => from >= to);
    if (wrong >= 0) {
      return {
        what: `${name} is away until before it begins`,
        path: ["people", index, "away", wrong],
        hint: "fix from and to",
      };
    }
  }
  for (const [index, { name, roles }] of rosters.entries()) {
    if (Object.keys(roles).length === 0) {
      return { what: `roster ${name} has no role`, path: ["rosters", index], hint: "give it roles: primary: …" };
    }
    const circle = Object.entries(roles).find(
      ([, { nextOf }]) => nextOf !== undefined && (own(roles, nextOf)?.rotation.length ?? 0) === 0,
    );
    if (circle !== undefined) {
      return {
        what: `${circle[0]} of ${name} is the next of "${circle[1].nextOf}", which has no rotation there`,
        path: ["rosters", index, "roles", circle[0], "nextOf"],
        hint: "name a role of the same roster that has a rotation",
      };
    }
  }
  return null;
}

function findUnknown(schedule: ScheduleFile, known: KnownServices | null): Fault | null {
  const names: Record<Reference["kind"], readonly string[] | null> = {
    person: schedule.people.map(({ name }) => name),
    service: known?.services.map(({ name }) => name) ?? null,
    owner: known?.services.flatMap(({ owners }) => owners) ?? null,
    roster: schedule.rosters.map(({ name }) => name),
    role: schedule.rosters.flatMap(({ roles }) => Object.keys(roles)),
    escalation: ["standard", ...Object.keys(schedule.escalations)],
  };
  for (const { kind, name, path } of references(schedule)) {
    const right = names[kind];
    if (right !== null && !right.includes(name)) {
      const [near = null] = nearestNames(name, right, 1);
      return {
        what: `there is no ${kind} "${name}"`,
        path,
        hint: near === null ? `add that ${kind} or fix the name` : `did you mean "${near}"?`,
      };
    }
  }
  return null;
}

function references({ rosters, fallback, escalations, routing }: ScheduleFile): readonly Reference[] {
  const all = (kind: Reference["kind"], values: readonly string[] | undefined, ...path: PropertyKey[]): Reference[] =>
    (values ?? []).map((name, index) => ({ kind, name, path: [...path, index] }));
  const one = (kind: Reference["kind"], name: string | undefined, ...path: PropertyKey[]): Reference[] =>
    name === undefined ? [] : [{ kind, name, path }];
  return [
    ...one("person", fallback.person, "fallback", "person"),
    ...rosters.flatMap((roster, index) => [
      ...all("service", roster.services, "rosters", index, "services"),
      ...all("owner", roster.owners, "rosters", index, "owners"),
      ...one("escalation", roster.escalation, "rosters", index, "escalation"),
      ...Object.entries(roster.roles).flatMap(([name, role]) => [
        ...role.rotation.flatMap(({ people }) => all("person", people, "rosters", index, "roles", name, "rotation")),
        ...one("role", role.nextOf, "rosters", index, "roles", name, "nextOf"),
      ]),
    ]),
    ...Object.entries(escalations).flatMap(([name, { steps }]) =>
      steps.flatMap(({ person, role }, index) => [
        ...one("person", person, "escalations", name, "steps", index, "person"),
        ...one("role", role, "escalations", name, "steps", index, "role"),
      ]),
    ),
    ...routing.rules.flatMap((rule, index) => [
      ...all("service", rule.services, "routing", "rules", index, "services"),
      ...all("owner", rule.owners, "routing", "rules", index, "owners"),
      ...one("roster", rule.roster, "routing", "rules", index, "roster"),
      ...one("escalation", rule.escalation, "routing", "rules", index, "escalation"),
    ]),
  ];
}

/** With the policy that rosters have when they name none: each role in its order, ten minutes each. */
function withStandard({ escalations, rosters }: ScheduleFile): ScheduleFile["escalations"] {
  if (escalations["standard"] !== undefined) {
    return escalations;
  }
  const roles = [...new Set(rosters.flatMap(({ roles }) => Object.keys(roles)))];
  const steps = roles.slice(0, 20).map((role) => ({ role, wait: 600_000 }));
  return { ...escalations, standard: { steps, repeat: 1 } };
}

function absoluteCalendars(schedule: Schedule, folder: string): Schedule {
  const rosters = schedule.rosters.map((roster) => ({
    ...roster,
    roles: Object.fromEntries(
      Object.entries(roster.roles).map(([name, role]) => {
        const file = role.calendar?.file;
        const isRelative = file !== undefined && !isAbsolute(file);
        return [name, isRelative ? { ...role, calendar: { ...role.calendar, file: join(folder, file) } } : role];
      }),
    ),
  }));
  return { ...schedule, rosters };
}
