import { KonnectError } from "../errors.js";
import { sha256 } from "../shared/sha256.js";
import { readSignedRecord, withoutByteOrderMark, withoutWrapper } from "./signed/signed-record.js";

/**
 * The id of a record, for deduplication: 64 hex digits. Konnect gives records no id, and delivers at least once.
 *
 * All forms of one signed record have one id: with `sig` in another place, in a CPS wrapper, behind a byte order mark, with white
 * space at its end. The id is the SHA-256 of the signed payload (of CPS, the object inside), a zero byte and the signature. So a
 * record with a forged signature cannot take the place of the genuine one. Of a record without a signature, the id is the SHA-256 of
 * the line without byte order mark and carriage returns at its end.
 *
 * @param line one record as received: text, or UTF-8 bytes
 * @throws {@link KonnectError} `invalid_input` if the argument is neither
 * @example
 * ```ts
 * await database.insert([{ id: recordId(line), line }]); // with a unique index on id
 * ```
 */
export function recordId(line: string | Uint8Array): string {
  if (typeof line !== "string" && !(line instanceof Uint8Array))
    throw new KonnectError("invalid_input", "recordId: line must be a string or a Uint8Array");
  const signed = readSignedRecord(line);
  if (signed === undefined) return sha256(withoutEnds(line));
  // A signature beside the wrapper covers the wrapper too, as one in it may.
  const payload = withoutWrapper(signed.payload) ?? signed.payload;
  const rest = `\0${signed.signatureText}`;
  return sha256(typeof payload === "string" ? payload + rest : concat(payload, rest));
}

function withoutEnds(line: string | Uint8Array): string | Uint8Array {
  const record = withoutByteOrderMark(line);
  let end = record.length;
  while (end > 0 && (typeof record === "string" ? record.charCodeAt(end - 1) : record[end - 1]) === 0x0d)
    end--;
  return typeof record === "string" ? record.slice(0, end) : record.subarray(0, end);
}

/** Bytes, then ASCII text. */
function concat(bytes: Uint8Array, text: string): Uint8Array {
  const both = new Uint8Array(bytes.length + text.length);
  both.set(bytes);
  for (let i = 0; i < text.length; i++) both[bytes.length + i] = text.charCodeAt(i);
  return both;
}
