import { endOfLine } from "../../shared/white-space.js";
import { CefSyntaxError } from "./error.js";
import { findHeader, prefixBounds } from "./header.js";
import type { CefRecord } from "./parse.js";

/** What `formatCef` writes: a {@link CefRecord} without `duplicates` and `malformed`. */
export type WritableCefRecord = Omit<CefRecord, "duplicates" | "malformed">;

const HEADER = [
  "deviceVendor",
  "deviceProduct",
  "deviceVersion",
  "deviceEventClassId",
  "name",
  "severity",
] as const;

/**
 * Formats a record as one line of CEF without a line break, with the escapes of the standard. `parseCef` reads the same
 * record from that line.
 *
 * @throws {@link CefSyntaxError} with reason `unwritable` if CEF cannot express the record: a line feed outside an
 * extension value, a last value that ends in a space or tab, an invalid key or version.
 * @example
 * ```ts
 * formatCef({
 *   version: "0", deviceVendor: "KongInc", deviceProduct: "Konnect", deviceVersion: "1.0",
 *   deviceEventClassId: "konnect", name: "Authz.usage", severity: "1", extensions: { action: "list" },
 * }); // "CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|action=list"
 * ```
 */
export function formatCef(record: WritableCefRecord): string {
  const version = text("version", record.version);
  if (!/^[0-9]+$/.test(version) || !Number.isSafeInteger(Number(version))) {
    refuse("version", "must be decimal digits below 2^53");
  }
  let line = `CEF:${version}|`;
  for (const field of HEADER) {
    const value = text(field, record[field]);
    if (value.includes("\n")) refuse(field, "contains a line feed");
    line += `${value.replace(/[\\|]/g, "\\$&")}|`;
  }
  return withPrefix(record.prefix, line) + formatExtension(record.extensions);
}

function withPrefix(prefix: string | undefined, header: string): string {
  if (prefix === undefined) return header;
  text("prefix", prefix);
  const [start, end] = prefixBounds(prefix, prefix.length);
  if (prefix === "" || end - start < prefix.length || prefix.includes("\n")) {
    refuse("prefix", "is empty, begins or ends with white space, or contains a line feed");
  }
  const line = `${prefix} ${header}`;
  if (findHeader(line)?.marker !== prefix.length + 1) refuse("prefix", "contains a CEF marker");
  return line;
}

const ESCAPES: Record<string, string> = { "\\": "\\\\", "=": "\\=", "\n": "\\n", "\r": "\\r" };

/** One field of the extension, with its value escaped. */
export function formatField(key: string, value: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.,\-[\]]*$/.test(key))
    refuse(`the key ${JSON.stringify(key)}`, "is not a CEF key");
  return `${key}=${text(key, value).replace(/[\\=\n\r]/g, (character) => ESCAPES[character]!)}`;
}

function formatExtension(extensions: Record<string, string>): string {
  const extension = Object.entries(extensions)
    .map(([key, value]) => formatField(key, value))
    .join(" ");
  if (endOfLine(extension) !== extension.length)
    refuse("the last extension value", "ends with a space or tab");
  return extension;
}

function text(field: string, value: unknown): string {
  if (typeof value !== "string") refuse(field, `is not a string but ${typeof value}`);
  return value as string;
}

function refuse(field: string, problem: string): never {
  throw new CefSyntaxError("unwritable", `CEF cannot write this record: ${field} ${problem}`);
}
