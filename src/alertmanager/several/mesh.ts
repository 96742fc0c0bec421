import type { Member } from "./member.ts";

/** How long the division into meshes is believed, in milliseconds. */
const BELIEVE_FOR = 600_000;

/** Members that gossip silences to each other; at least one. */
export type Mesh = readonly Member[];

/**
 * Tells which members form one mesh, by the names of their peers. A silence given to one member of a mesh reaches the
 * others by itself; giving it to each would make duplicates. A member that does not answer counts as a mesh of its own until it does.
 */
export function createMeshFinder(members: readonly Member[], now: () => number): () => Promise<readonly Mesh[]> {
  let known: { readonly meshes: readonly Mesh[]; readonly until: number } | null = null;
  return async () => {
    if (members.length === 1) {
      return [members];
    }
    if (known !== null && known.until > now()) {
      return known.meshes;
    }
    const names = await Promise.all(
      members.map((member) =>
        member
          .attempt((server) => server.status())
          .then(
            (status) => status.meshNames,
            () => null,
          ),
      ),
    );
    const meshes = divide(members, names);
    known = names.includes(null) ? null : { meshes, until: now() + BELIEVE_FOR };
    return meshes;
  };
}

function divide(members: readonly Member[], names: readonly (readonly string[] | null)[]): readonly Mesh[] {
  const meshes: { readonly members: Member[]; readonly names: Set<string> }[] = [];
  members.forEach((member, index) => {
    const own = names[index] ?? [];
    const mesh = meshes.find((candidate) => own.some((name) => candidate.names.has(name)));
    if (mesh === undefined) {
      meshes.push({ members: [member], names: new Set(own) });
    } else {
      mesh.members.push(member);
      for (const name of own) {
        mesh.names.add(name);
      }
    }
  });
  return meshes.map((mesh) => mesh.members);
}
