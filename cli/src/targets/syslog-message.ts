import { safeJson } from "../output/escape.js";
import { findingsOf } from "./fields.js";
import type { Item } from "./target.js";

/** Log audit (RFC 5424, 6.2.1). */
const FACILITY = 13;
const WARNING = 4;
const INFORMATIONAL = 6;
/** The enterprise number for examples (RFC 5612), because the project is not registered. */
const SD_ID = "konnect-audit@32473";

/**
 * One message (RFC 5424, 6): the record as it is. Findings, such as injected fields, precede it as
 * structured data, because a client can imitate them in the record.
 */
export function syslogMessage(item: Item, hostname: string): Uint8Array {
  const { event, raw, bytes } = item;
  const { signals, duplicates, malformed } = findingsOf(item);
  const severity = duplicates || malformed || signals?.includes("field_injection") ? WARNING : INFORMATIONAL;
  const data = {
    ...(signals && { signals: signals.join(",") }),
    ...(duplicates && { duplicates: safeJson(duplicates) }),
    ...(malformed && { malformed: safeJson(malformed) }),
  };
  const params = Object.entries(data).map(([name, value]) => ` ${name}="${escapeParam(value)}"`);
  const structured = params.length === 0 ? "-" : `[${SD_ID}${params.join("")}]`;
  const time = (event?.time ?? new Date()).toISOString();
  const header = [
    `<${FACILITY * 8 + severity}>1`,
    time,
    printable(hostname, 255),
    "konnect-audit",
    "-",
    event?.type ?? "unknown",
    structured,
  ];
  return Buffer.concat([Buffer.from(`${header.join(" ")} `), bytes ?? Buffer.from(raw)]);
}

/** A value of structured data (RFC 5424, 6.3.3). */
function escapeParam(value: string): string {
  return value.replace(/["\\\]]/g, "\\$&");
}

/** Printable ASCII without spaces (RFC 5424, 6). */
function printable(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, "").slice(0, most) || "-";
}
