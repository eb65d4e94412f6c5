import { KonnectError } from "../errors.js";
import { findHeader, HEADER_FIELDS } from "../records/cef/header.js";
import { endOfLine } from "../shared/text.js";
import { type FoundSignature, findJsonSignature } from "./json-scanner.js";

/** The formats Konnect writes: CEF lines, flat JSON objects, and CPS, the same object under `{"event": ...}`. */
export type RecordFormat = "cef" | "json" | "cps";

/** A record's signature, and what it was made over. */
export interface ExtractedSignature<Payload extends string | Uint8Array = string | Uint8Array> {
  format: RecordFormat;
  /** As the record has it: from Konnect the 64 bytes of Ed25519 in base64url without padding, 86 characters. Not checked. */
  signature: string;
  /** The record as it was before it was signed, byte for byte; in the type of the argument. */
  signedPayload: Payload;
}

/**
 * Takes the signature out of an audit record: finds the `sig` that Konnect appended, and gives the rest as signed.
 *
 * Undefined for a record without signature and for text that is no record; never throws for what a record holds.
 * Text such as ` sig=AAAA` in a `user_agent`, `request` or `query`, which whoever makes a request can choose, does not
 * count: in CEF only a `sig` that ends the line does, in JSON only a member of the record object itself.
 * A line break behind the record is not part of it.
 *
 * A signature in a spelling that Konnect does not write, with white space or escapes, is found all the same; the verifier
 * accepts the documented spelling only.
 *
 * @param record one record, as received: a string, or bytes in UTF-8
 * @throws {@link KonnectError} `invalid_input` when the argument is neither
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
    throw new KonnectError("invalid_input", "extractSignature takes one record as a string or a Uint8Array");
  const found = findSignature(record);
  if (!found?.signature) return undefined;
  const { format, signature, signedPayload } = found;
  return { format, signature, signedPayload };
}

/** A signature as it is found, before anything is checked. */
interface Found extends ExtractedSignature {
  /** False for a spelling that Konnect does not write. */
  isDocumented: boolean;
}

/** {@link extractSignature}, and whether Konnect spells a signature like this. */
export function findSignature(record: string | Uint8Array): Found | undefined {
  // One character for each byte, and ASCII as itself: what is found has the same offsets in the bytes.
  const text = typeof record === "string" ? record : new TextDecoder("latin1").decode(record);
  const found = find(text);
  if (found === undefined) return undefined;
  const { format, isDocumented, valueStart, valueEnd, cutStart, cutEnd, end } = found;
  if (typeof record === "string") {
    const signature = readSignature(format, record.slice(valueStart, valueEnd));
    const signedPayload = record.slice(0, cutStart) + record.slice(cutEnd, end);
    return { format, isDocumented, signature, signedPayload };
  }
  const signature = readSignature(format, utf8.decode(record.subarray(valueStart, valueEnd)));
  const signedPayload = new Uint8Array(cutStart + end - cutEnd);
  signedPayload.set(record.subarray(0, cutStart));
  signedPayload.set(record.subarray(cutEnd, end), cutStart);
  return { format, isDocumented, signature, signedPayload };
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The signature itself: in CEF as it stands, in JSON and CPS a string literal. Empty when that is broken. */
function readSignature(format: RecordFormat, value: string): string {
  if (format === "cef") return value;
  try {
    return JSON.parse(value);
  } catch {
    return "";
  }
}

function find(text: string): FoundSignature<RecordFormat> | undefined {
  const end = endOfLine(text);
  return JSON_RECORD.test(text) ? findJsonSignature(text, end) : findCefSignature(text, end);
}

/** Text that JSON begins, behind a byte order mark in UTF-16 or in the bytes of UTF-8. */
const JSON_RECORD = /^(?:\uFEFF|\u00EF\u00BB\u00BF)?[ \t\r\n]*\{/;

function findCefSignature(line: string, end: number): FoundSignature<"cef"> | undefined {
  const extension = findHeader(line)?.delimiters[HEADER_FIELDS - 1];
  if (extension === undefined) return undefined;
  // The last word, for a signature holds no space.
  const space = line.lastIndexOf(" ", end - 1);
  const start = Math.max(space, extension) + 1;
  const valueStart = start + "sig=".length;
  if (!line.startsWith("sig=", start)) return undefined;
  const lineFeed = line.indexOf("\n");
  if (lineFeed !== -1 && lineFeed < end) return undefined;
  const cutStart = space > extension ? space : start;
  return { format: "cef", valueStart, valueEnd: end, cutStart, cutEnd: end, end, isDocumented: true };
}
