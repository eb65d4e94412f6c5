import { type AuditEvent, detectSignals } from "konnect-audit-logs/records";
import type { Verification } from "konnect-audit-logs/signature";

/** One record as a command prints it. */
export interface Row {
  /** The record as Konnect wrote it. */
  raw: string | Uint8Array;
  /** Undefined for a line that is not a record. */
  event: AuditEvent | undefined;
  verification?: Verification | undefined;
  /** Where it was pulled, if there are several regions. */
  region?: string | undefined;
}

/** Columns that are computed. Every other column is a field of the event, by Konnect's name. */
const COMPUTED: Record<string, (row: Row) => string | undefined> = {
  region: ({ region }) => region,
  time: ({ event }) => event?.time?.toISOString(),
  principal: ({ event }) => event?.principal_name || event?.principal_id,
  summary: ({ event }) => event && summaryOf(event),
  result: ({ event }) => event && resultOf(event),
  signals: ({ event }) =>
    event &&
    detectSignals(event)
      .map(({ name }) => name)
      .join(" "),
  verification: ({ verification }) => verification?.status,
  raw: ({ raw }) => (typeof raw === "string" ? raw : new TextDecoder().decode(raw)),
};

/** The columns of CSV. */
export const CSV_COLUMNS = [
  ...["time", "type", "name", "severity", "principal_id", "principal_name", "src", "summary", "result"],
  ...["action", "resource", "granted", "request", "act", "status", "authentication_type", "outcome"],
  ...["org_id", "portal_id", "trace_id", "user_agent", "signals"],
];

type FieldsOf<T> = T extends unknown ? keyof T : never;

// The compiler compares these with the fields of an event.
const FIELDS = {
  format: 0,
  raw: 0,
  vendor: 0,
  product: 0,
  version: 0,
  cef_version: 0,
  event_class_id: 0,
  name: 0,
  severity: 0,
  timestamp: 0,
  time: 0,
  rt: 0,
  src: 0,
  org_id: 0,
  principal_id: 0,
  principal_name: 0,
  actor_id: 0,
  portal_id: 0,
  kong_initiated: 0,
  trace_id: 0,
  user_agent: 0,
  sig: 0,
  extra: 0,
  duplicates: 0,
  malformed: 0,
  type: 0,
  request: 0,
  success: 0,
  authentication_type: 0,
  outcome: 0,
  action: 0,
  granted: 0,
  resource: 0,
  act: 0,
  status: 0,
  query: 0,
} satisfies Record<FieldsOf<AuditEvent>, 0>;

/** Every column: what is computed, and the fields of an event. */
export const COLUMNS: readonly string[] = [...new Set([...Object.keys(COMPUTED), ...Object.keys(FIELDS)])];

/** The text of a column. Empty if the record does not have the field. */
export function cell(row: Row, column: string): string {
  const computed = Object.hasOwn(COMPUTED, column) ? COMPUTED[column]!(row) : fieldOf(row.event, column);
  if (computed === undefined || computed === null) return "";
  return typeof computed === "object" ? JSON.stringify(computed) : String(computed);
}

/** A field of an event by its name, also an undocumented one. */
export function fieldOf(event: AuditEvent | undefined, name: string): unknown {
  if (event === undefined) return undefined;
  if (Object.hasOwn(event, name)) return (event as unknown as Record<string, unknown>)[name];
  return Object.hasOwn(event.extra, name) ? event.extra[name] : undefined;
}

function summaryOf(event: AuditEvent): string {
  switch (event.type) {
    case "authorization":
      return `${event.action ?? "?"} ${event.resource}`;
    case "access":
      return `${event.act ?? "?"} ${event.request ?? "?"}`;
    case "authentication":
      return `${event.authentication_type ?? "?"} ${event.outcome}`;
    default:
      return event.name;
  }
}

function resultOf(event: AuditEvent): string | undefined {
  switch (event.type) {
    case "authorization":
      return event.granted === true ? "granted" : "denied";
    case "access":
      return event.status === undefined ? undefined : String(event.status);
    case "authentication":
      return event.success === true ? "success" : "failed";
    default:
      return undefined;
  }
}
