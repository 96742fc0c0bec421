import type { Service } from "./catalogue.ts";

/** What the values of a metric measure; decides how people see them. */
export type MetricUnit = "per second" | "seconds" | "cores" | "bytes" | "";

/** One metric of a service, as a question to Prometheus. */
export interface MetricDefinition {
  readonly name: string;
  /** PromQL with every placeholder replaced; it gives at most one series. */
  readonly query: string;
  readonly unit: MetricUnit;
}

const EAGLE = `{namespace="$namespace",pod=~"($workloads)-.*"}`;
const INGRESS = `{namespace="$namespace",service=~"$workloads"}`;

/**
 * What is asked about every service unless the catalogue says otherwise: requests and their mean duration as the
 * ingress controller counts them, cores and memory as kube-eagle sees them. Metrics a cluster lacks give no series.
 */
const TEMPLATES = [
  { name: "requests", unit: "per second", query: `sum(rate(nginx_ingress_controller_requests${INGRESS}[1m]))` },
  {
    name: "latency",
    unit: "seconds",
    query:
      `sum(rate(nginx_ingress_controller_request_duration_seconds_sum${INGRESS}[1m]))` +
      ` / sum(rate(nginx_ingress_controller_request_duration_seconds_count${INGRESS}[1m]))`,
  },
  { name: "cpu", unit: "cores", query: `sum(eagle_pod_container_resource_usage_cpu_cores${EAGLE})` },
  { name: "memory", unit: "bytes", query: `sum(eagle_pod_container_resource_usage_memory_bytes${EAGLE})` },
] as const satisfies readonly MetricDefinition[];

/** Names of the metrics that every service has by default. */
export type DefaultMetric = (typeof TEMPLATES)[number]["name"];

/** The service's metrics: those of its catalogue entry when it names any, else the default ones. */
export function serviceMetrics(service: Service): readonly MetricDefinition[] {
  const own = Object.entries(service.metrics);
  return own.length === 0
    ? defaultMetrics(service)
    : own.map(([name, query]) => ({ name, query: fill(query, service), unit: "" }));
}

/** Requests, latency, CPU and memory of a service's workloads. */
export function defaultMetrics(
  service: Pick<Service, "name" | "namespace" | "workloads">,
): readonly (MetricDefinition & { readonly name: DefaultMetric })[] {
  return TEMPLATES.map((template) => ({ ...template, query: fill(template.query, service) }));
}

function fill(query: string, service: Pick<Service, "name" | "namespace" | "workloads">): string {
  const workloads = service.workloads.length === 0 ? service.name : service.workloads.join("|");
  return query
    .replaceAll("$namespace", service.namespace)
    .replaceAll("$workloads", workloads)
    .replaceAll("$service", service.name);
}
