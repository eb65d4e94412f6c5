import { endOfLine } from "../records/cef.js";
import { findHeader, HEADER_FIELDS } from "../records/header.js";
import { safeParseAuditRecord } from "../records/parse.js";
import { decodeBase64Url, isCanonicalSignature } from "./encoding.js";
import { type ExtractedSignature, extractSignature } from "./extract.js";
import { memberNames } from "./json-member.js";
import type { Verification } from "./verification.js";

/** A signature, and what it may cover. */
export interface Claim {
  signature: Uint8Array;
  payload: Uint8Array;
  /** Of CPS: the record without its wrapper. */
  inner: Uint8Array | undefined;
}

/** What a record claims, or what is wrong with it. */
export function readClaim(record: string | Uint8Array): Claim | Verification {
  if (typeof record !== "string" && !(record instanceof Uint8Array))
    return { status: "malformed", reason: "no_record" };
  const found: ExtractedSignature | undefined = extractSignature(record as string);
  if (found === undefined) return withoutSignature(record);
  const signature = decodeBase64Url(found.signature, 64);
  if (signature === undefined || !isCanonicalSignature(signature)) {
    if (isPulled(record)) return { status: "unverifiable", reason: "pulled_record" };
    return { status: "malformed", reason: "signature_encoding" };
  }
  const { signedPayload, format } = found;
  const payload = typeof signedPayload === "string" ? new TextEncoder().encode(signedPayload) : signedPayload;
  return { signature, payload, inner: format === "cps" ? withoutWrapper(payload) : undefined };
}

/** The object within `{"event": ...}`; nothing else stands in the wrapper. */
function withoutWrapper(payload: Uint8Array): Uint8Array {
  const open = payload.indexOf(0x7b, payload.indexOf(0x7b) + 1);
  const close = payload.lastIndexOf(0x7d, payload.lastIndexOf(0x7d) - 1);
  return payload.subarray(open, close + 1);
}

function withoutSignature(record: string | Uint8Array): Verification {
  const text = textOf(record);
  const end = endOfLine(text);
  if (/^[ \t\r\n]*\{/.test(text)) {
    if (memberNames(text, end) === undefined) return { status: "malformed", reason: "no_record" };
    if (isPulled(record)) return { status: "unverifiable", reason: "pulled_record" };
  } else if ((findHeader(text)?.delimiters.length ?? 0) < HEADER_FIELDS) {
    return { status: "malformed", reason: "no_record" };
  }
  return { status: "unsigned", reason: "no_signature" };
}

/** Pulled records have `ts` and `type` where delivered ones have a name. */
export function isPulled(record: string | Uint8Array): boolean {
  const text = textOf(record);
  if (!/^[ \t\r\n]*\{/.test(text) || !text.includes('"ts"')) return false;
  const names = memberNames(text, endOfLine(text)) ?? [];
  return names.includes("ts") && !names.includes("name") && !names.includes("event");
}

/** When the record says that it was made, in ms since the epoch. */
export function rtOf(record: string | Uint8Array): number | undefined {
  const parsed = safeParseAuditRecord(textOf(record));
  return parsed.success ? parsed.event.rt : undefined;
}

/** One character for each byte: enough to look for what is ASCII. */
function textOf(record: string | Uint8Array): string {
  return typeof record === "string" ? record : new TextDecoder("latin1").decode(record);
}
