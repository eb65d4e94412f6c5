import { isPulledRecord } from "../records/event/from-pulled.js";
import { isRecord } from "../records/is-record.js";
import { depthOf, MAX_DEPTH } from "../shared/json.js";
import { skipByteOrderMark } from "../shared/white-space.js";
import { decodeBase64Url, isCanonicalSignature } from "./ed25519.js";
import { findSignature } from "./extract-signature.js";
import type { Verification } from "./verification.js";

/** A signature, and the payloads that it may cover. Text of a payload is signed as UTF-8. */
export interface Claim {
  signature: Uint8Array;
  payload: string | Uint8Array;
  isWrapped: boolean;
  /** The record without its wrapper, for CPS. */
  inner: string | Uint8Array | undefined;
}

/** The signature to verify, or the verdict on a record without a usable one. */
export function readClaim(given: string | Uint8Array): Claim | Verification {
  if (typeof given !== "string" && !(given instanceof Uint8Array))
    return { status: "malformed", reason: "no_record" };
  const record = withoutByteOrderMark(given);
  const found = findSignature(record);
  const signature = found?.isDocumented ? decodeBase64Url(found.signature, 64) : undefined;
  if (found === undefined || signature === undefined || !isCanonicalSignature(signature))
    return withoutClaim(record, found?.signature);
  const { signedPayload, format } = found;
  const isWrapped = format === "cps";
  const inner = isWrapped ? withoutWrapper(signedPayload) : undefined;
  return { signature, payload: signedPayload, isWrapped, inner };
}

/** The verdict on a record without a usable signature. */
function withoutClaim(record: string | Uint8Array, signature: string | undefined): Verification {
  const text = textOf(record);
  if (!isRecord(text))
    return hasPulledForm(text)
      ? { status: "unverifiable", reason: "pulled_record" }
      : { status: "malformed", reason: "no_record" };
  return signature
    ? { status: "malformed", reason: "signature_encoding" }
    : { status: "unsigned", reason: "no_signature" };
}

const WRAPPERS = ['{"event":{', '{"event": {'];

/** The object in `{"event":...}`. Only in the documented spelling, because its signature does not cover the wrapper. */
function withoutWrapper<P extends string | Uint8Array>(payload: P): P | undefined {
  const wrapper = WRAPPERS.find((start) => textOf(payload.slice(0, start.length)) === start);
  if (wrapper === undefined || textOf(payload.slice(-2, -1)) !== "}") return undefined;
  return payload.slice(wrapper.length - 1, -1) as P;
}

/** True for a pulled record. A record that parses as a delivered event is not one. */
export function isPulled(given: string | Uint8Array): boolean {
  const text = textOf(withoutByteOrderMark(given));
  return !isRecord(text) && hasPulledForm(text);
}

function hasPulledForm(text: string): boolean {
  // Cheap: text without `ts`, and without an escape that could spell it, is not a pulled record.
  if (!text.includes("ts") && !text.includes("\\u")) return false;
  if (!/^[ \t\r\n]*\{/.test(text) || depthOf(text) > MAX_DEPTH) return false;
  try {
    return isPulledRecord(JSON.parse(text));
  } catch {
    return false;
  }
}

/** A leading byte order mark is not part of a record; parsers and readers drop it too. */
function withoutByteOrderMark<R extends string | Uint8Array>(record: R): R {
  if (typeof record === "string") return (record.charCodeAt(0) === 0xfeff ? record.slice(1) : record) as R;
  return record.subarray(skipByteOrderMark(record, 0)) as R;
}

/** Bytes as Latin-1, one character per byte: enough to find ASCII. */
function textOf(record: string | Uint8Array): string {
  return typeof record === "string" ? record : new TextDecoder("latin1").decode(record);
}
