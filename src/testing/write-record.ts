import { formatCef } from "../records/format.js";

/** A value of a record; a bigint is written in JSON as a number with all its digits. */
export type FieldValue = string | number | boolean | bigint;

/** What a record says, whatever its format. */
export interface AuditRecord {
  /** When it happened, in ms since the Unix epoch. */
  at: number;
  product: "Konnect" | "Dev-Portal";
  eventClassId: string;
  name: string;
  severity: number;
  /** The fields behind the header, in Konnect's order, without `sig`. */
  fields: Record<string, FieldValue>;
}

/** Writes a record in one of Konnect's formats, on one line, not signed. */
export function writeRecord(record: AuditRecord, format: "cef" | "json" | "cps"): string {
  if (format === "cef") return cefLine(record);
  return format === "json" ? jsonObject(record) : `{"event":${jsonObject(record)}}`;
}

function cefLine({ at, product, eventClassId, name, severity, fields }: AuditRecord): string {
  const extensions = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));
  const line = formatCef({
    prefix: `${timestamp(at)} konghq.com`,
    version: "0",
    deviceVendor: "KongInc",
    deviceProduct: product,
    deviceVersion: "1.0",
    deviceEventClassId: eventClassId,
    name,
    severity: String(severity),
    // With the field that will follow, for only a last value may not end in a space.
    extensions: { ...extensions, sig: "" },
  });
  return line.slice(0, -" sig=".length);
}

function jsonObject({ at, product, eventClassId, name, severity, fields }: AuditRecord): string {
  const members: Record<string, FieldValue> = {
    ...fields,
    cef_version: "0",
    event_class_id: eventClassId,
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
