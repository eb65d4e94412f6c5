import { hash } from "node:crypto";
import { type AuditEvent, readAuditRecordBatches, recordId } from "konnect-audit-logs/records";

/** A line as it was read. */
export interface ReadLine {
  /** `recordId` of the line. */
  id: string;
  text: string;
  /** The bytes, if the text does not determine them. */
  bytes: Uint8Array | undefined;
  /** Undefined for a line that is not a record. */
  event: AuditEvent | undefined;
  /** Where it is: `file:line`. */
  at: string;
  isTooLong: boolean;
  /** Its first byte, and the first byte of the line behind it, in the text of the file. */
  begin: number;
  end: number;
}

/** The lines of a source, with the place of each. @param base where the source begins in the text of the file */
export async function* readLines(
  name: string,
  source: AsyncIterable<Uint8Array>,
  base = 0,
): AsyncGenerator<ReadLine> {
  let held: ReadLine | undefined;
  for await (const records of readAuditRecordBatches(source))
    for (const record of records) {
      const begin = base + record.byteOffset;
      if (held !== undefined) yield { ...held, end: begin };
      const { text, bytes } = record;
      held = {
        id: recordId(bytes ?? text),
        ...{ text, bytes, event: record.event, at: `${name}:${record.lineNumber}`, begin },
        isTooLong: record.error?.reason === "too_long",
        end: begin + (bytes?.length ?? Buffer.byteLength(text)) + 1,
      };
    }
  if (held !== undefined) yield held;
}

/** What tells a line from another one in a position: the SHA-256 of its bytes, in hex. */
export function fingerprint({ bytes, text }: ReadLine): string {
  return hash("sha256", bytes ?? text, "hex");
}

const LINE_FEED = 0x0a;

/** Bytes up to the last line feed: what follows it is still being written, or was never acknowledged. */
export async function* wholeLines(
  chunks: AsyncIterable<Uint8Array>,
  onRest: () => void = () => {},
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end === 0) {
      held.push(chunk);
      continue;
    }
    yield* held;
    yield chunk.subarray(0, end);
    held = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  if (held.length > 0) onRest();
}
