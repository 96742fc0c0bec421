import { describe, expect, it } from "vitest";
import { workloadOf } from "../../../src/detect/fleet/workload.ts";

describe("workloadOf", () => {
  it("leaves what stays when a pod is replaced", () => {
    expect(workloadOf("ts-config-service-5fcd447d84-wxwjd")).toBe("ts-config-service");
    expect(workloadOf("frontend-579b9bff58-t2dbm")).toBe("frontend");
    expect(workloadOf("node-exporter-x2v4q")).toBe("node-exporter");
  });

  it("takes names that are no pod's as they are", () => {
    for (const name of ["dbs", "reqmgr2", "couchdb-0", "site-T2_CH_CERN", "web-frontend"]) {
      expect(workloadOf(name)).toBe(name);
    }
  });
});
