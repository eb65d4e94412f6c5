import { isUtf8 } from "node:buffer";
import { readRecord } from "../records/event/read-record.js";
import { nextTurn } from "../shared/event-loop.js";

/** The longest first line that is checked, and the size of the pieces in which bytes are checked. */
const PIECE = 2 ** 20;

/**
 * True for a body of text lines: one that begins with an audit record, or UTF-8 without control characters. After an audit
 * record it accepts any byte, because clients choose the user agent and path, and no byte of theirs may cost the batch.
 */
export async function isRecordText(body: Uint8Array): Promise<boolean> {
  if (beginsWithRecord(body)) return true;
  if (!isUtf8(body)) return false;
  for (let at = 0; at < body.length; at += PIECE) {
    if (at > 0) await nextTurn();
    if (hasControl(body.subarray(at, at + PIECE))) return false;
  }
  return true;
}

function beginsWithRecord(body: Uint8Array): boolean {
  const start = body.findIndex((byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0x20);
  if (start === -1) return true;
  const end = body.indexOf(0x0a, start);
  const line = body.subarray(start, end === -1 ? body.length : end);
  return line.length <= PIECE && !("problem" in readRecord(Buffer.from(line).toString()));
}

/** True for a control character other than tab, line feed and carriage return. */
function hasControl(bytes: Uint8Array): boolean {
  for (const byte of bytes)
    if ((byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f) return true;
  return false;
}
