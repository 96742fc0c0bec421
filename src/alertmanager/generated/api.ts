// Made from Alertmanager's API description (api/v2/openapi.yaml, Apache-2.0). Do not edit: run
// `npx vitest run test/alertmanager/generated.test.ts -u` with the description at hand.

/** The definitions of Alertmanager's API v2 as they travel. */
export interface AlertmanagerApi {
  alertmanagerStatus: {
    readonly cluster: AlertmanagerApi["clusterStatus"];
    readonly versionInfo: AlertmanagerApi["versionInfo"];
    readonly config: AlertmanagerApi["alertmanagerConfig"];
    readonly uptime: string;
  };
  clusterStatus: {
    readonly name?: string;
    readonly status: "ready" | "settling" | "disabled";
    readonly peers?: readonly (AlertmanagerApi["peerStatus"])[];
  };
  alertmanagerConfig: {
    readonly original: string;
  };
  versionInfo: {
    readonly version: string;
    readonly revision: string;
    readonly branch: string;
    readonly buildUser: string;
    readonly buildDate: string;
    readonly goVersion: string;
  };
  peerStatus: {
    readonly name: string;
    readonly address: string;
  };
  silence: {
    readonly matchers: AlertmanagerApi["matchers"];
    readonly startsAt: string;
    readonly endsAt: string;
    readonly createdBy: string;
    readonly comment: string;
    readonly annotations?: AlertmanagerApi["labelSet"];
  };
  gettableSilence: {
    readonly id: string;
    readonly status: AlertmanagerApi["silenceStatus"];
    readonly updatedAt: string;
  } & AlertmanagerApi["silence"];
  postableSilence: {
    readonly id?: string;
  } & AlertmanagerApi["silence"];
  silenceStatus: {
    readonly state: "expired" | "active" | "pending";
  };
  gettableSilences: readonly (AlertmanagerApi["gettableSilence"])[];
  matchers: readonly (AlertmanagerApi["matcher"])[];
  matcher: {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    readonly isEqual?: boolean;
  };
  alert: {
    readonly labels: AlertmanagerApi["labelSet"];
    readonly generatorURL?: string;
  };
  gettableAlerts: readonly (AlertmanagerApi["gettableAlert"])[];
  gettableAlert: {
    readonly annotations: AlertmanagerApi["labelSet"];
    readonly receivers: readonly (AlertmanagerApi["receiverReference"])[];
    readonly fingerprint: string;
    readonly startsAt: string;
    readonly updatedAt: string;
    readonly endsAt: string;
    readonly status: AlertmanagerApi["alertStatus"];
  } & AlertmanagerApi["alert"];
  postableAlerts: readonly (AlertmanagerApi["postableAlert"])[];
  postableAlert: {
    readonly startsAt?: string;
    readonly endsAt?: string;
    readonly annotations?: AlertmanagerApi["labelSet"];
  } & AlertmanagerApi["alert"];
  alertGroups: readonly (AlertmanagerApi["alertGroup"])[];
  alertGroup: {
    readonly labels: AlertmanagerApi["labelSet"];
    readonly routeLabels: AlertmanagerApi["labelSet"];
    readonly receiver: AlertmanagerApi["receiverReference"];
    readonly alerts: readonly (AlertmanagerApi["gettableAlert"])[];
  };
  alertStatus: {
    readonly state: "unprocessed" | "active" | "suppressed";
    readonly silencedBy: readonly (string)[];
    readonly inhibitedBy: readonly (string)[];
    readonly mutedBy: readonly (string)[];
  };
  receiver: {
    readonly name: string;
    readonly labels?: AlertmanagerApi["labelSet"];
  };
  receiverReference: {
    readonly name: string;
  };
  labelSet: Readonly<Record<string, string>>;
}
