import * as crypto from "node:crypto";
import type { AuditEvent } from "../records/event.js";
import { safeParseAuditRecord } from "../records/parse.js";
import type { RecordSyntaxError } from "../records/record-error.js";
import type { Verification } from "../signature/verification.js";
import { BodyError } from "./body.js";

/** One record of a batch. */
export class ReceivedRecord {
  /** The record's bytes as Konnect sent them, without the line break: what its signature covers, and what to keep. */
  readonly raw: Uint8Array;
  /** SHA-256 of `raw`, in hex. Konnect gives records no id; it delivers at least once: keep one of each. */
  readonly id: string;
  /** What became of its verification; undefined without a `verifier`. */
  verification: Verification | undefined = undefined;
  #parsed: ReturnType<typeof safeParseAuditRecord> | undefined;

  constructor(raw: Uint8Array) {
    this.raw = raw;
    this.id = crypto.hash("sha256", raw, "hex");
  }

  /** The record as text. */
  get text(): string {
    return Buffer.from(this.raw.buffer, this.raw.byteOffset, this.raw.byteLength).toString();
  }

  /** The event; undefined for a line that is no record. Parsed when it is first asked for. */
  get event(): AuditEvent | undefined {
    const parsed = this.#parse();
    return parsed.success ? parsed.event : undefined;
  }

  /** Why the line is no record. */
  get error(): RecordSyntaxError | undefined {
    const parsed = this.#parse();
    return parsed.success ? undefined : parsed.error;
  }

  #parse() {
    this.#parsed ??= safeParseAuditRecord(this.text);
    return this.#parsed;
  }
}

/** What Konnect delivered in one request. */
export interface Batch {
  /** SHA-256 over its records' ids, in hex: the same when it is sent again. */
  id: string;
  receivedAt: Date;
  records: ReceivedRecord[];
}

/** Names a batch by what is in it. */
export function makeBatch(records: ReceivedRecord[], receivedAt: Date): Batch {
  const hash = crypto.createHash("sha256");
  for (const { id } of records) hash.update(id);
  return { id: hash.digest("hex"), receivedAt, records };
}

/**
 * The records of a body, one a line; blank lines are none.
 *
 * @throws {@link BodyError} `too_large`
 */
export function splitRecords(
  body: Uint8Array,
  { maxLineBytes, maxRecords }: { maxLineBytes: number; maxRecords: number },
): ReceivedRecord[] {
  const records: ReceivedRecord[] = [];
  let lines = 0;
  let start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  while (start < body.length) {
    const feed = body.indexOf(0x0a, start);
    const next = feed === -1 ? body.length : feed;
    let end = next;
    while (end > start && isSpace(body[end - 1]!)) end--;
    if (++lines > maxRecords) throw new BodyError("too_large", `more than ${maxRecords} lines`);
    if (end - start > maxLineBytes)
      throw new BodyError("too_large", `a line of more than ${maxLineBytes} bytes`);
    if (end > start) records.push(new ReceivedRecord(body.subarray(start, end)));
    start = next + 1;
  }
  return records;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09;
}
