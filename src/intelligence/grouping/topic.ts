import { createPhraseFinder } from "../text/phrases.ts";
import type { Topic } from "./types.ts";

const WORDS: Readonly<Record<Exclude<Topic, "unknown">, readonly string[]>> = {
  administrative: [
    "accounting",
    "pledge",
    "CRIC",
    "perfSONAR",
    "IPv6",
    "GOCDB",
    "downtime declaration",
    "site-local-config",
    "storage.json",
    "request to increase",
    "request to add",
    "please update",
    "please add",
    "certificate expires",
    "expires soon",
    "wrong number of cores",
    "configuration update",
    "outdated",
    "decommission",
    "publish",
  ],
  storage: [
    "transfer",
    "FTS",
    "rucio",
    "SRM",
    "gfal",
    "WebDAV",
    "davs",
    "DavPosix",
    "xrootd",
    "xroot",
    "AAA",
    "gsiftp",
    "dCache",
    "EOS",
    "StoRM",
    "DPM",
    "checksum",
    "adler32",
    "deletion",
    "stage out",
    "stageout",
    "stage-out",
    "tape",
    "recall",
    "no space left",
    "disk full",
    "quota",
    "files missing",
    "file unavailable",
    "files unavailable",
    "missing files",
    "corrupted file",
    "pool node",
    "SE tests",
    "SE",
    "SRM-VOPut",
    "storage",
    "endpoint",
    "TLS handshake",
    "token based access",
    "scitoken",
    "redirector",
    "fallback",
    "read errors",
    "file open",
    "file access",
    "link",
  ],
  compute: [
    "pilot",
    "glidein",
    "factory",
    "batch",
    "HTCondor-CE",
    "HTCondor",
    "ARC-CE",
    "CREAM",
    "CE",
    "worker node",
    "glexec",
    "singularity",
    "apptainer",
    "CVMFS",
    "squid",
    "frontier",
    "walltime",
    "memory",
    "slots",
    "job submission",
    "idle jobs",
    "held",
    "cores",
    "jobs killed",
  ],
};

const finder = createPhraseFinder<Topic>(
  Object.fromEntries(
    Object.entries(WORDS).flatMap(([topic, phrases]) => phrases.map((phrase) => [phrase, topic as Topic])),
  ),
);

/**
 * What a site's ticket is about. Administrative words win (they never come from an outage); else storage and compute are
 * counted by phrase, and a tie goes to storage: failing jobs are often the symptom of a failing store, hardly ever the reverse.
 */
export function topicOf(text: string): Topic {
  const hits = finder.findAll(text);
  if (hits.some((hit) => hit.value === "administrative")) {
    return "administrative";
  }
  const storage = hits.filter((hit) => hit.value === "storage").length;
  const compute = hits.filter((hit) => hit.value === "compute").length;
  return storage === 0 && compute === 0 ? "unknown" : storage >= compute ? "storage" : "compute";
}

/** Host names in a text, lower case. */
export function hostsIn(text: string): readonly string[] {
  return [...new Set(text.toLowerCase().match(/\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\.[a-z]{2,}\b/g) ?? [])];
}
