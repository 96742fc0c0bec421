/** Letters and digits of the random ends that Kubernetes gives names: no vowels, and nothing that looks like another. */
const RANDOM = "[bcdfghjklmnpqrstvwxz2456789]{5}";
/** Ends of the names of pods of a Deployment (a hash, which has digits, and a random end) and of a DaemonSet or Job. */
const ENDS = new RegExp(`-(?=[a-z]*[0-9])[a-z0-9]{6,10}-[a-z0-9]{5}$|-${RANDOM}$`);

/** What stays of an entity's name when the pod is replaced: `web-5fcd447d84-wxwjd` → `web`. Other names are their own workload. */
export function workloadOf(entity: string): string {
  return entity.replace(ENDS, "");
}
