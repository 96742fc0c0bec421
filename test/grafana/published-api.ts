// What Grafana's published API description (public/openapi3.json of grafana/grafana, operations searchDashboards, getAnnotations,
// postAnnotation, updateAnnotation and deleteAnnotationByID) says of the part that cmswatch uses: names, types and what must be there.
import { Ajv } from "ajv";

const text = { type: "string" } as const;
const integer = { type: "integer" } as const;
/** Times are Unix milliseconds: seconds would lie in 1970. */
const time = { type: "integer", minimum: 1_000_000_000_000 } as const;
const flag = { type: "boolean" } as const;
const texts = { type: "array", items: text } as const;
const integers = { type: "array", items: integer } as const;

type Properties = Readonly<Record<string, object>>;
type Query = Readonly<Record<string, { readonly type: string; readonly enum?: readonly string[] }>>;

/** One operation: what it may be asked, and what it answers. */
interface Operation {
  readonly query?: Query;
  readonly body?: object;
  readonly answer: object;
}

function closed(properties: Properties, required: readonly string[] = []): object {
  return { type: "object", properties, required, additionalProperties: false };
}

const ANNOTATION = closed({
  alertId: integer,
  alertName: text,
  avatarUrl: text,
  created: integer,
  dashboardId: integer,
  dashboardUID: text,
  data: { type: "object" },
  email: text,
  id: integer,
  login: text,
  newState: text,
  panelId: integer,
  prevState: text,
  tags: texts,
  text,
  time: integer,
  timeEnd: integer,
  updated: integer,
  userId: integer,
});
const HIT = closed({
  folderId: integer,
  folderTitle: text,
  folderUid: text,
  folderUrl: text,
  id: integer,
  isStarred: flag,
  slug: text,
  sortMeta: integer,
  sortMetaName: text,
  tags: texts,
  title: text,
  type: { enum: ["dash-db", "dash-home", "dash-folder"] },
  uid: text,
  uri: text,
  url: text,
});
const MESSAGE = closed({ message: text });
const POSTED = { dashboardId: integer, dashboardUID: text, data: { type: "object" }, panelId: integer };
const CONTENT = { tags: texts, text, time, timeEnd: time };

const OPERATIONS = {
  search: {
    query: {
      query: text,
      tag: texts,
      type: { type: "string", enum: ["dash-folder", "dash-db"] },
      dashboardIds: integers,
      dashboardUIDs: texts,
      folderIds: integers,
      folderUIDs: texts,
      starred: flag,
      limit: integer,
      page: integer,
      permission: { type: "string", enum: ["Edit", "View"] },
      sort: { type: "string", enum: ["alpha-asc", "alpha-desc"] },
    },
    answer: { type: "array", items: HIT },
  },
  find: {
    query: {
      from: integer,
      to: integer,
      userId: integer,
      alertId: integer,
      dashboardId: integer,
      dashboardUID: text,
      panelId: integer,
      limit: integer,
      tags: texts,
      type: { type: "string", enum: ["alert", "annotation"] },
      matchAny: flag,
    },
    answer: { type: "array", items: ANNOTATION },
  },
  create: {
    body: closed({ ...POSTED, ...CONTENT }, ["text"]),
    answer: closed({ id: integer, message: text }, ["id", "message"]),
  },
  update: { body: closed({ ...CONTENT, id: integer, data: { type: "object" } }), answer: MESSAGE },
  remove: { answer: MESSAGE },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

const ajv = new Ajv({ allErrors: true });

/** What the description finds wrong with a request; null when nothing. */
export function requestFault(name: OperationName, query: URLSearchParams, body: unknown): string | null {
  const operation: Operation = OPERATIONS[name];
  const known = operation.query ?? {};
  for (const key of new Set(query.keys())) {
    const fault = parameterFault(key, query.getAll(key), known[key]);
    if (fault !== null) {
      return fault;
    }
  }
  if (operation.body === undefined) {
    return body === undefined ? null : "has a body";
  }
  return ajv.validate(operation.body, body) ? null : ajv.errorsText();
}

/** What the description finds wrong with an answer; null when nothing. */
export function answerFault(name: OperationName, answer: unknown): string | null {
  return ajv.validate(OPERATIONS[name].answer, answer) ? null : ajv.errorsText();
}

function parameterFault(name: string, values: readonly string[], schema: Query[string] | undefined): string | null {
  if (schema === undefined) {
    return `there is no parameter ${name}`;
  }
  if (schema.type !== "array" && values.length > 1) {
    return `${name} is given ${values.length} times`;
  }
  const [value = ""] = values;
  const isRight =
    schema.enum?.includes(value) ??
    (schema.type === "integer" ? /^-?\d+$/.test(value) : schema.type !== "boolean" || /^(true|false)$/.test(value));
  return isRight ? null : `${name} cannot be ${value}`;
}
