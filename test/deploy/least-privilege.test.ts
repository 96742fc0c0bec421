import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];
/** Licences under which packages may be given on with this one's. */
const LICENCES =
  /^(\(?(MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause|BSD|0BSD|CC0-1\.0|CC-BY-3\.0|Unlicense|BlueOak-1\.0\.0|Python-2\.0|MPL-2\.0|PostgreSQL|W3C-20150513|WTFPL|Zlib|Artistic-2\.0)( (AND|OR) )?)+\)?$/;

interface Policy {
  readonly spec: {
    readonly policyTypes: readonly string[];
    readonly egress: readonly {
      readonly to?: readonly { readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }[];
      readonly ports?: readonly { readonly port: number }[];
    }[];
  };
}

describe("least privilege in deploy/", () => {
  test("the network policy lets nothing out to everywhere: by HTTPS alone, and never to private networks", () => {
    const policy = parse(read("deploy/kubernetes/networkpolicy.yaml")) as Policy;
    expect(policy.spec.policyTypes).toEqual(["Ingress", "Egress"]);
    for (const { to = [], ports = [] } of policy.spec.egress) {
      expect(to.length).toBeGreaterThan(0);
      for (const { ipBlock } of to) {
        if (ipBlock !== undefined && !ipBlock.cidr.endsWith("/32")) {
          expect(ipBlock.except).toEqual(expect.arrayContaining(PRIVATE));
          expect(ports.map(({ port }) => port)).toEqual([443]);
        }
      }
    }
  });

  test("the container runs as nobody in particular, on a file system it cannot change, without a token of the cluster", () => {
    const deployment = parse(read("deploy/kubernetes/deployment.yaml")) as { spec: { template: { spec: unknown } } };
    const { spec } = deployment.spec.template;
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: { limits: { memory: expect.any(String) } },
        },
      ],
    });
    expect(read("deploy/Dockerfile")).toMatch(/^USER 1000:1000$/m);
  });

  test("every service of the compose file is hardened and listens on this machine alone", () => {
    const { services } = parse(read("deploy/compose.yaml"), { merge: true }) as {
      services: Record<string, { read_only?: boolean; cap_drop?: string[]; ports?: string[]; security_opt?: string[] }>;
    };
    for (const [name, service] of Object.entries(services)) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
      });
      for (const port of service.ports ?? []) {
        expect(port, name).toMatch(/^127\.0\.0\.1:/);
      }
    }
  });

  test("the systemd unit has no capabilities, and names its credentials as systemd does", () => {
    const unit = read("deploy/systemd/cmswatch.service");
    for (const line of ["CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "User=cmswatch"]) {
      expect(unit.split("\n")).toContain(line);
    }
    const folder = /^LoadCredential=(\w+):\/.*$/m.exec(unit)?.[1];
    const named = [...unit.matchAll(/\/run\/credentials\/cmswatch\.service\/(\S+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(named.every((name) => name?.startsWith(`${folder}_`))).toBe(true);
  });

  test("the list of parts is CycloneDX, and every part may be given on", { timeout: 120_000 }, () => {
    const text = execFileSync("npm", ["run", "-s", "sbom"], { cwd: root, encoding: "utf8", maxBuffer: 50_000_000 });
    const { bomFormat, components } = JSON.parse(text) as {
      bomFormat: string;
      components: { name: string; licenses?: { license?: { id?: string; name?: string }; expression?: string }[] }[];
    };
    expect(bomFormat).toBe("CycloneDX");
    expect(components.length).toBeGreaterThan(100);
    const odd = components.filter(({ licenses = [] }) =>
      licenses.some(({ license, expression }) => !LICENCES.test(expression ?? license?.id ?? license?.name ?? "")),
    );
    expect(odd.map(({ name, licenses }) => `${name}: ${JSON.stringify(licenses)}`)).toEqual([]);
  });

  test("workflows have no more rights than they need, and say that they have not run", () => {
    for (const name of ["check.yml", "release.yml"]) {
      const text = read(`.github/workflows/${name}`);
      expect(parse(text)).toMatchObject({ permissions: { contents: "read" } });
      expect(text).toContain("Written without a run");
    }
  });
});
