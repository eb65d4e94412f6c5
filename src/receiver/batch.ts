import { createHash } from "node:crypto";
import { KonnectError } from "../errors.js";
import { readEvent } from "../records/event/read-record.js";
import type { AuditEvent } from "../records/event/types.js";
import { LineSplitter } from "../records/read/line-splitter.js";
import { errorOf, type RecordSyntaxError } from "../records/record-error.js";
import { recordId } from "../records/record-id.js";
import { nextTurn } from "../shared/event-loop.js";
import { isSpace, skipByteOrderMark } from "../shared/white-space.js";
import type { Verification } from "../signature/verification.js";

/** One record of a batch. */
export interface ReceivedRecord {
  /** The record's bytes as Konnect sent them, without the line break. Store these: the signature covers them. */
  readonly bytes: Uint8Array;
  /** The same as text. */
  readonly text: string;
  /** `recordId(bytes)`. Konnect gives records no id and delivers at least once, so keep one record of each id. */
  readonly id: string;
  /** The result of the verification. Undefined without a `verifier`. */
  readonly verification: Verification | undefined;
  /** The event. Undefined for a line that is not a record. Parsed on first access, then kept. */
  readonly event: AuditEvent | undefined;
  /** Why the line is not a record. Undefined for a record. Created on each access. */
  readonly error: RecordSyntaxError | undefined;
}

/** A record that is parsed only when its event is read. */
export class LazyRecord implements ReceivedRecord {
  readonly bytes: Uint8Array;
  #id: string | undefined;
  verification: Verification | undefined = undefined;
  /** The event once it was read; `false` for a line that is not a record. */
  #event: AuditEvent | false | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get id(): string {
    this.#id ??= recordId(this.bytes);
    return this.#id;
  }

  get text(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString();
  }

  get event(): AuditEvent | undefined {
    this.#event ??= this.readEvent() ?? false;
    return this.#event || undefined;
  }

  /** The event, which does not stay in memory. */
  readEvent(): AuditEvent | undefined {
    const event = readEvent(this.text);
    return "problem" in event ? undefined : event;
  }

  // Not kept: an error with its stack takes a kilobyte.
  get error(): RecordSyntaxError | undefined {
    const event = readEvent(this.text);
    return "problem" in event ? errorOf(event, this.text) : undefined;
  }
}

/** The records of one delivery. */
export interface Batch {
  /** SHA-256 over the ids of its records, in hex. The same when Konnect delivers the batch again. */
  readonly id: string;
  /** When the body had arrived, by this machine's clock. */
  readonly receivedAt: Date;
  /** The records, in the order of the body. */
  readonly records: readonly ReceivedRecord[];
}

/** A batch whose id is made when it is read: the ids of its records take as long as to receive them. */
export class LazyBatch implements Batch {
  readonly receivedAt: Date;
  readonly records: readonly ReceivedRecord[];
  #id: string | undefined;

  constructor(records: readonly ReceivedRecord[], receivedAt: Date) {
    this.records = records;
    this.receivedAt = receivedAt;
  }

  get id(): string {
    if (this.#id === undefined) {
      const hash = createHash("sha256");
      for (const { id } of this.records) hash.update(id);
      this.#id = hash.digest("hex");
    }
    return this.#id;
  }
}

/** The bytes to split, and the records to make, between two turns of the event loop. */
const SLICE = 2 ** 16;
const PER_TURN = 1_000;

/**
 * The records of a body, one per line. Skips blank lines. Byte order marks and trailing white space are not part of a record, so that
 * the same record always has the same bytes.
 *
 * @throws {@link KonnectError} `delivery_too_large`
 */
export async function splitRecords(
  body: Uint8Array,
  { maxLineBytes, maxRecords }: { maxLineBytes: number; maxRecords: number },
): Promise<LazyRecord[]> {
  const records: LazyRecord[] = [];
  const splitter = new LineSplitter(maxLineBytes);
  for (let at = 0; at < body.length; at += SLICE) {
    // Blank lines are not records, and take time too.
    if (at > 0 && at % (16 * SLICE) === 0) await nextTurn();
    const lines = splitter.push(body.subarray(at, at + SLICE));
    if (at + SLICE >= body.length) lines.push(...splitter.end());
    if (splitter.lineNumber > maxRecords)
      throw new KonnectError("delivery_too_large", `more than ${maxRecords} lines`);
    for (const { bytes, isTooLong } of lines) {
      if (isTooLong)
        throw new KonnectError("delivery_too_large", `a line of more than ${maxLineBytes} bytes`);
      const start = skipByteOrderMark(bytes, 0);
      let end = bytes.length;
      while (end > start && isSpace(bytes[end - 1]!)) end--;
      if (end === start) continue;
      // Not after the last one: what lives for a turn costs more garbage collection.
      if (records.length > 0 && records.length % PER_TURN === 0) await nextTurn();
      records.push(new LazyRecord(end - start === bytes.length ? bytes : bytes.subarray(start, end)));
    }
  }
  return records;
}
