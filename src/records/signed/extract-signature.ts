import { KonnectError } from "../../errors.js";
import { endOfLine } from "../../shared/white-space.js";
import { findHeader, HEADER_FIELDS } from "../cef/header.js";
import { type FoundSignature, findJsonSignature } from "./json-scanner.js";
import { latin1 } from "./latin1.js";

/** The formats that Konnect delivers: CEF lines, flat JSON objects, and CPS, which wraps that object as `{"event": ...}`. */
export type RecordFormat = "cef" | "json" | "cps";

/** The signature of a record, and the payload that it covers. */
export interface ExtractedSignature<Payload extends string | Uint8Array = string | Uint8Array> {
  /** The format of the record. */
  format: RecordFormat;
  /** The signature as the record has it. Konnect writes 64 bytes as base64url without padding: 86 characters. Not checked. */
  signature: string;
  /** The record as Konnect signed it, byte for byte. Has the type of the argument. */
  signedPayload: Payload;
}

/**
 * Extracts the signature from an audit record, and returns the rest as the signed payload.
 *
 * Returns undefined for a record without a signature, and for text that is not a record. It never throws because of what a
 * record contains. Injected text such as ` sig=AAAA` in a `user_agent`, `request` or `query` does not count: in CEF, the
 * signature must end the line; in JSON, it must be a member of the record itself. A line break after the record is not part
 * of it.
 *
 * It also finds a signature in a spelling that Konnect does not write, with white space or escapes. The verifier accepts the
 * documented spelling only.
 *
 * @param record one record as received: a string, or UTF-8 bytes
 * @throws {@link KonnectError} `invalid_input` if the argument is neither
 * @example
 * ```ts
 * const found = extractSignature(line);
 * if (found) verify(null, Buffer.from(found.signedPayload), key, Buffer.from(found.signature, "base64url"));
 * ```
 * @see https://developer.konghq.com/konnect-platform/audit-logs/ (verify audit log signatures)
 */
export function extractSignature(record: string): ExtractedSignature<string> | undefined;
export function extractSignature(record: Uint8Array): ExtractedSignature<Uint8Array> | undefined;
export function extractSignature(record: string | Uint8Array): ExtractedSignature | undefined;
export function extractSignature(record: string | Uint8Array): ExtractedSignature | undefined {
  if (typeof record !== "string" && !(record instanceof Uint8Array))
    throw new KonnectError("invalid_input", "extractSignature: record must be a string or a Uint8Array");
  const found = findSignature(record);
  if (!found?.signature) return undefined;
  const { format, signature, signedPayload } = found;
  return { format, signature, signedPayload };
}

/** {@link extractSignature}, whatever the signature is. */
function findSignature(record: string | Uint8Array): ExtractedSignature | undefined {
  const found = locateSignature(latin1(record));
  if (found === undefined) return undefined;
  const { format, valueStart, valueEnd } = found;
  const value =
    typeof record === "string"
      ? record.slice(valueStart, valueEnd)
      : utf8.decode(record.subarray(valueStart, valueEnd));
  return { format, signature: readSignature(format, value), signedPayload: withoutSignature(record, found) };
}

/** A record without the signature that was found in it: the bytes that are signed. */
export function withoutSignature<R extends string | Uint8Array>(record: R, found: LocatedSignature): R;
export function withoutSignature(record: string | Uint8Array, { cutStart, cutEnd, end }: LocatedSignature) {
  if (typeof record === "string") return record.slice(0, cutStart) + record.slice(cutEnd, end);
  const payload = new Uint8Array(cutStart + end - cutEnd);
  payload.set(record.subarray(0, cutStart));
  payload.set(record.subarray(cutEnd, end), cutStart);
  return payload;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The signature itself: raw text in CEF, a string literal in JSON and CPS. Empty if the literal is broken. */
function readSignature(format: RecordFormat, value: string): string {
  if (format === "cef") return value;
  try {
    return JSON.parse(value);
  } catch {
    return "";
  }
}

/** Where the signature of a record is in its text, one character per byte. */
export type LocatedSignature = FoundSignature<RecordFormat>;

export function locateSignature(text: string): LocatedSignature | undefined {
  const end = endOfLine(text);
  return JSON_RECORD.test(text) ? findJsonSignature(text, end) : findCefSignature(text, end);
}

/** Text that begins with a JSON object, after a byte order mark in UTF-16 or in the bytes of UTF-8. */
const JSON_RECORD = /^(?:\uFEFF|\u00EF\u00BB\u00BF)?[ \t\r\n]*\{/;

function findCefSignature(line: string, end: number): FoundSignature<"cef"> | undefined {
  const header = findHeader(line);
  const extension = header?.delimiters[HEADER_FIELDS - 1];
  if (header === undefined || extension === undefined) return undefined;
  // The last word, because a signature contains no space.
  const space = line.lastIndexOf(" ", end - 1);
  const start = Math.max(space, extension) + 1;
  const valueStart = start + "sig=".length;
  if (!line.startsWith("sig=", start)) return undefined;
  const lineFeed = line.indexOf("\n");
  if (lineFeed !== -1 && lineFeed < end) return undefined;
  // A relay such as rsyslog wrote `CEF: 0`.
  const isDocumented = line.charCodeAt(header.marker + 4) !== 0x20;
  const cutStart = space > extension ? space : start;
  return { format: "cef", valueStart, valueEnd: end, cutStart, cutEnd: end, end, isDocumented };
}
