import type { Alert } from "../../alert/alert.ts";
import type { BoardOutage, BoardTicket } from "../tickets/board.ts";

const MINUTE = 60_000;
const NODE = "cmsweb-node-7";
const PODS = [
  ["das", "das-server"],
  ["das", "das-mongo"],
  ["couchdb", "couchdb"],
  ["crab", "crabserver"],
  ["dmwm", "reqmgr2"],
  ["dmwm", "reqmon"],
  ["dmwm", "workqueue"],
  ["dmwm", "ms-transferor"],
  ["dbs", "dbs2go-phys03-r"],
  ["dqm", "dqmgui"],
  ["wma", "wmarchive"],
  ["ruciocm", "monitor"],
  ["http", "httpgo"],
  ["tzero", "t0wmadatasvc"],
] as const;

/** What Prometheus' rules would send when a node dies: the node, and every pod that was on it. */
export function nodeStorm(now: Date): readonly Alert[] {
  const base = { startsAt: now, endsAt: null };
  return [
    {
      ...base,
      labels: { alertname: "KubeNodeNotReady", node: NODE, severity: "critical", tag: "k8s", env: "k8s-prod" },
      annotations: { summary: `${NODE} is not ready`, description: "The kubelet has stopped reporting." },
    },
    ...PODS.map(([namespace, workload], index) => ({
      ...base,
      labels: {
        alertname: "KubePodNotReady",
        namespace,
        pod: `${workload}-7c9d8-${index}x${NODE.length}k`,
        node: NODE,
        severity: "high",
        tag: "k8s",
        env: "k8s-prod",
      },
      annotations: { summary: `${workload} in ${namespace} is not ready` },
    })),
  ];
}

/** A planned intervention on the database that DBS stands on, as the status board announces it. */
export function databaseIntervention(now: Date): Omit<BoardOutage, "number"> {
  return {
    type: "Planned Intervention",
    title: "Database intervention: Oracle behind dbs",
    description:
      "Security patches on the Oracle database cluster CMSR. The service dbs is slow or away for short times meanwhile.",
    element: "Oracle databases",
    from: now.getTime(),
    until: now.getTime() + 12 * MINUTE,
  };
}

const SITE = "DESY-HH";
const TROUBLES = [
  "Transfers from T1_DE_KIT fail with checksum mismatch",
  "FTS transfers to T2_DE_DESY time out since this morning",
  "Rucio rules stuck: destination T2_DE_DESY does not answer",
  "Transfer failures T2_CH_CERN to T2_DE_DESY: connection refused",
  "Many transfer errors at T2_DE_DESY (gsiftp endpoint down?)",
  "Stage-in fails at T2_DE_DESY, storage not reachable",
  "Deletion and transfer errors at T2_DE_DESY storage",
  "T2_DE_DESY: SAM tests for the storage element are red",
  "Transfers T1_IT_CNAF to T2_DE_DESY failing, no route to storage",
  "Storage at T2_DE_DESY unavailable, transfers queue up",
] as const;

/** Ten people report the same broken storage within minutes. */
export function ticketFlood(now: Date): readonly Omit<BoardTicket, "id">[] {
  return TROUBLES.map((subject, index) => ({
    site: SITE,
    priority: index === 0 ? "top priority" : index % 3 === 0 ? "very urgent" : "urgent",
    unit: "NGI_DE",
    subject,
    createdAt: now.getTime(),
    until: now.getTime() + 12 * MINUTE,
  }));
}
