import { decodeBase64Url, isCanonicalSignature } from "../../shared/ed25519.js";
import { skipByteOrderMark } from "../../shared/white-space.js";
import { readRecord } from "../event/read-record.js";
import {
  extractSignature,
  type LocatedSignature,
  locateSignature,
  withoutSignature,
} from "./extract-signature.js";
import { latin1 } from "./latin1.js";

/** A signature, and the payloads that it may cover. Text of a payload is signed as UTF-8. */
export interface SignedRecord {
  signature: Uint8Array;
  payload: string | Uint8Array;
  isCps: boolean;
  /** The record without its wrapper, for CPS. */
  unwrappedPayload: string | Uint8Array | undefined;
}

/** A signature in the spelling that Konnect writes, and where it is in the record without byte order mark. */
export interface AcceptedSignature {
  text: string;
  bytes: Uint8Array;
  found: LocatedSignature;
}

/** The signature of a record. Undefined for one in a spelling that Konnect does not write: it is never valid. */
export function acceptedSignature(record: string | Uint8Array): AcceptedSignature | undefined {
  const line = latin1(record);
  const found = locateSignature(line);
  if (!found?.isDocumented) return undefined;
  const { format, valueStart, valueEnd } = found;
  // Without the quotes of JSON. The letters of base64url are the same in Latin-1 and UTF-8.
  const text = format === "cef" ? line.slice(valueStart, valueEnd) : line.slice(valueStart + 1, valueEnd - 1);
  const bytes = decodeBase64Url(text, 64);
  return bytes !== undefined && isCanonicalSignature(bytes) ? { text, bytes, found } : undefined;
}

/** The signature of a record and what it covers. Undefined without a signature in the spelling that Konnect writes. */
export function readSignedRecord(given: string | Uint8Array): SignedRecord | undefined {
  const record = withoutByteOrderMark(given);
  const accepted = acceptedSignature(record);
  if (accepted === undefined) return undefined;
  const { bytes: signature, found } = accepted;
  const payload = withoutSignature(record, found);
  const isCps = found.format === "cps";
  return { signature, payload, isCps, unwrappedPayload: isCps ? withoutWrapper(payload) : undefined };
}

/** Why a record has no signature to verify. */
export type Unsigned = "no_record" | "pulled_record" | "signature_encoding" | "no_signature";

/** Why {@link readSignedRecord} finds nothing. */
export function whyUnsigned(given: string | Uint8Array): Unsigned {
  const record = withoutByteOrderMark(given);
  const read = readRecord(latin1(record));
  if ("problem" in read) return "no_record";
  if (read.format === "pull") return "pulled_record";
  return extractSignature(record) === undefined ? "no_signature" : "signature_encoding";
}

/** True for a record in the form of a pulled one. What its signature covers is not known. */
export function isPulled(given: string | Uint8Array): boolean {
  const read = readRecord(latin1(withoutByteOrderMark(given)));
  return !("problem" in read) && read.format === "pull";
}

const WRAPPERS = ['{"event":{', '{"event": {'];
/** The most characters of a wrapper before the object in it. */
export const LONGEST_WRAPPER = 11;

/** The object in `{"event":...}`. Only in the documented spelling, because its signature does not cover the wrapper. */
export function withoutWrapper<P extends string | Uint8Array>(payload: P): P | undefined {
  const begin = wrapperLength(payload, payload.length - 2);
  return begin === 0 ? undefined : (payload.slice(begin, -1) as P);
}

/**
 * Where the object in a wrapper begins, if a text begins with one in the documented spelling; or else 0.
 *
 * @param last the offset of the last character of that object
 */
export function wrapperLength(payload: string | Uint8Array, last: number): number {
  // Fast for most records, which have no wrapper.
  if (codeAt(payload, 2) !== LETTER_E || codeAt(payload, last) !== CLOSING_BRACE) return 0;
  for (const wrapper of WRAPPERS) {
    let at = 0;
    while (at < wrapper.length && codeAt(payload, at) === wrapper.charCodeAt(at)) at++;
    if (at === wrapper.length) return at - 1;
  }
  return 0;
}

const LETTER_E = 0x65;
const CLOSING_BRACE = 0x7d;

function codeAt(payload: string | Uint8Array, at: number): number | undefined {
  return typeof payload === "string" ? payload.charCodeAt(at) : payload[at];
}

/** A leading byte order mark is not part of a record; parsers and readers drop it too. */
export function withoutByteOrderMark<R extends string | Uint8Array>(record: R): R {
  if (typeof record === "string") return (record.charCodeAt(0) === 0xfeff ? record.slice(1) : record) as R;
  const start = skipByteOrderMark(record, 0);
  return (start === 0 ? record : record.subarray(start)) as R;
}
