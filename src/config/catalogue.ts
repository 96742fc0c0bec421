import { z } from "zod";
import { UserError } from "../alert/user-error.ts";
import { CMSWEB } from "./cmsweb.ts";
import { readYaml } from "./load.ts";

const serviceSchema = z.strictObject({
  name: z.string(),
  title: z.string().optional(),
  namespace: z.string(),
  workloads: z.array(z.string()).default([]),
  aliases: z.array(z.string()).default([]),
  owners: z.array(z.string()).default([]),
  /** Services it needs to work. */
  dependsOn: z.array(z.string()).default([]),
  channel: z.string().optional(),
  dashboard: z.string().optional(),
  /** Metric name → PromQL; `$namespace` and `$service` are replaced. Empty: kube-eagle's CPU and memory of the namespace. */
  metrics: z.record(z.string(), z.string()).default({}),
});
const catalogueSchema = z.strictObject({ services: z.array(serviceSchema).min(1) });

/** One CMSWEB service: who owns it, where it runs, what it needs. */
export type Service = z.output<typeof serviceSchema>;

/** The services, found by name or alias. */
export interface Catalogue {
  readonly services: readonly Service[];
  /** The service of that name or alias, whatever its case; null when there is none. */
  find(name: string): Service | null;
  /** All services that need this one, directly or through others. */
  dependents(name: string): readonly Service[];
}

/**
 * The catalogue of a file, or CMSWEB's own.
 * @throws UserError for a wrong key, a doubled name, or a dependency on an unknown service.
 */
export function loadCatalogue(file: string | null): Catalogue {
  if (file === null) {
    return createCatalogue(catalogueSchema.parse({ services: CMSWEB }).services, "built-in catalogue");
  }
  const { tree, locate } = readYaml(file);
  const result = catalogueSchema.safeParse(tree);
  if (!result.success) {
    const issue = result.error.issues[0];
    const line = locate(issue?.path ?? []);
    throw new UserError(
      `\`${issue?.path.join(".")}\`: ${issue?.message}`,
      line === null ? file : `${file}:${line}`,
      "see docs/configuration.md",
    );
  }
  return createCatalogue(result.data.services, file);
}

function createCatalogue(services: readonly Service[], where: string): Catalogue {
  const byName = new Map<string, Service>();
  for (const service of services) {
    for (const name of [service.name, ...service.aliases].map((text) => text.toLowerCase())) {
      const other = byName.get(name);
      if (other !== undefined && other !== service) {
        throw new UserError(
          `"${name}" names both ${other.name} and ${service.name}`,
          where,
          "give each service its own names and aliases",
        );
      }
      byName.set(name, service);
    }
  }
  for (const service of services) {
    const unknown = service.dependsOn.find((name) => !byName.has(name.toLowerCase()));
    if (unknown !== undefined) {
      throw new UserError(
        `${service.name} depends on "${unknown}", which is not in the catalogue`,
        where,
        "add that service or fix the name",
      );
    }
  }
  const find = (name: string) => byName.get(name.toLowerCase()) ?? null;
  return {
    services,
    find,
    dependents(name) {
      const found = new Set<Service>();
      const pending = [find(name)];
      for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
        for (const service of services) {
          if (current !== null && service.dependsOn.some((needed) => find(needed) === current) && !found.has(service)) {
            found.add(service);
            pending.push(service);
          }
        }
      }
      return [...found];
    },
  };
}
