import { decodeBase64Url, isCanonicalSignature } from "../../shared/ed25519.js";
import { skipByteOrderMark } from "../../shared/white-space.js";
import { readRecord } from "../event/read-record.js";
import { findSignature } from "./extract-signature.js";
import { latin1 } from "./latin1.js";

/** A signature, and the payloads that it may cover. Text of a payload is signed as UTF-8. */
export interface SignedRecord {
  signature: Uint8Array;
  payload: string | Uint8Array;
  isCps: boolean;
  /** The record without its wrapper, for CPS. */
  unwrappedPayload: string | Uint8Array | undefined;
}

/** The signature of a record and what it covers. Undefined without a signature in the spelling that Konnect writes. */
export function readSignedRecord(
  given: string | Uint8Array,
): (SignedRecord & { signatureText: string }) | undefined {
  const found = findSignature(withoutByteOrderMark(given));
  if (!found?.isDocumented) return undefined;
  const signature = decodeBase64Url(found.signature, 64);
  if (signature === undefined || !isCanonicalSignature(signature)) return undefined;
  const { signedPayload: payload, format, signature: signatureText } = found;
  const isCps = format === "cps";
  return {
    signature,
    signatureText,
    payload,
    isCps,
    unwrappedPayload: isCps ? withoutWrapper(payload) : undefined,
  };
}

/** Why a record has no signature to verify. */
export type Unsigned = "no_record" | "pulled_record" | "signature_encoding" | "no_signature";

/** Why {@link readSignedRecord} finds nothing. */
export function whyUnsigned(given: string | Uint8Array): Unsigned {
  const record = withoutByteOrderMark(given);
  const read = readRecord(latin1(record));
  if ("problem" in read) return "no_record";
  if (read.format === "pull") return "pulled_record";
  return findSignature(record)?.signature ? "signature_encoding" : "no_signature";
}

/** True for a record in the form of a pulled one. What its signature covers is not known. */
export function isPulled(given: string | Uint8Array): boolean {
  const read = readRecord(latin1(withoutByteOrderMark(given)));
  return !("problem" in read) && read.format === "pull";
}

const WRAPPERS = ['{"event":{', '{"event": {'];

/** The object in `{"event":...}`. Only in the documented spelling, because its signature does not cover the wrapper. */
export function withoutWrapper<P extends string | Uint8Array>(payload: P): P | undefined {
  const wrapper = WRAPPERS.find((start) => latin1(payload.slice(0, start.length)) === start);
  if (wrapper === undefined || latin1(payload.slice(-2, -1)) !== "}") return undefined;
  return payload.slice(wrapper.length - 1, -1) as P;
}

/** A leading byte order mark is not part of a record; parsers and readers drop it too. */
export function withoutByteOrderMark<R extends string | Uint8Array>(record: R): R {
  if (typeof record === "string") return (record.charCodeAt(0) === 0xfeff ? record.slice(1) : record) as R;
  return record.subarray(skipByteOrderMark(record, 0)) as R;
}
