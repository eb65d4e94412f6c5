import { KonnectError } from "../errors.js";
import { formatCef, formatField } from "../records/cef/format.js";
import { CLIENT_CHOSEN } from "../records/event/fields.js";

/** The value of a field. A bigint becomes a JSON number with all its digits. */
export type FieldValue = string | number | boolean | bigint;

/** The content of a record, in any format. */
export interface AuditRecord {
  /** When it happened, in ms since the Unix epoch. */
  at: number;
  product: "Konnect" | "Dev-Portal";
  event_class_id: string;
  name: string;
  severity: number;
  /** The fields after the header, in Konnect's order, without `sig`. */
  fields: Record<string, FieldValue>;
}

/** Writes an unsigned record as one line, in one of Konnect's formats. */
export function writeRecord(
  record: AuditRecord,
  format: "cef" | "json" | "cps",
  escapeClientText = true,
): string {
  if (format === "cef") return cefLine(record, escapeClientText);
  return format === "json" ? jsonObject(record) : `{"event":${jsonObject(record)}}`;
}

function cefLine(record: AuditRecord, escapeClientText: boolean): string {
  const { at, product, event_class_id, name, severity, fields } = record;
  const header = formatCef({
    prefix: `${timestamp(at)} konghq.com`,
    version: "0",
    deviceVendor: "KongInc",
    deviceProduct: product,
    deviceVersion: "1.0",
    deviceEventClassId: event_class_id,
    name,
    severity: String(severity),
    extensions: {},
  });
  const written = Object.entries(fields).map(([key, value]) =>
    escapeClientText || !CLIENT_CHOSEN.has(key)
      ? formatField(key, String(value))
      : unescapedField(key, String(value)),
  );
  return header + written.join(" ");
}

function unescapedField(key: string, value: string): string {
  if (/[\n\r]/.test(value))
    throw new KonnectError(
      "invalid_input",
      `auditRecord: ${key} must not contain a line break, which HTTP cannot carry; escape it, or leave escapeClientText on`,
    );
  return `${key}=${value}`;
}

function jsonObject({ at, product, event_class_id, name, severity, fields }: AuditRecord): string {
  const members: Record<string, FieldValue> = {
    ...fields,
    cef_version: "0",
    event_class_id: event_class_id,
    event_product: product,
    event_ts: timestamp(at),
    event_vendor: "KongInc",
    event_version: "1.0",
    name,
    severity,
  };
  const written = Object.keys(members)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${jsonValue(members[key]!)}`);
  return `{${written.join(",")}}`;
}

function jsonValue(value: FieldValue): string {
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}

function timestamp(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}
