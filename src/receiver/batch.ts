import * as crypto from "node:crypto";
import type { AuditEvent } from "../records/event/types.js";
import { eventOf, safeParseAuditRecord } from "../records/parse-audit-record.js";
import type { RecordSyntaxError } from "../records/record-error.js";
import { isSpace, skipByteOrderMark } from "../shared/text.js";
import type { Verification } from "../signature/verification.js";
import { BodyError } from "./decompress.js";
import { inSlices } from "./slices.js";

/** One record of a batch. */
export class ReceivedRecord {
  /** The record's bytes as Konnect sent them, without the line break: what its signature covers, and what to keep. */
  readonly raw: Uint8Array;
  /** SHA-256 of `raw`, in hex. Konnect gives records no id; it delivers at least once: keep one of each. */
  readonly id: string;
  /** The result of its verification; undefined without a `verifier`. */
  verification: Verification | undefined = undefined;
  /** The event once it was asked for; `false` for a line that is not a record. */
  #event: AuditEvent | false | undefined;

  constructor(raw: Uint8Array) {
    this.raw = raw;
    this.id = crypto.hash("sha256", raw, "hex");
  }

  /** The record as text. */
  get text(): string {
    return Buffer.from(this.raw.buffer, this.raw.byteOffset, this.raw.byteLength).toString();
  }

  /** The event; undefined for a line that is not a record. Parsed when it is first asked for, then kept. */
  get event(): AuditEvent | undefined {
    this.#event ??= eventOf(this.text) ?? false;
    return this.#event || undefined;
  }

  /** Why the line is not a record. Made each time it is asked for: an error with its stack takes a kilobyte. */
  get error(): RecordSyntaxError | undefined {
    const parsed = safeParseAuditRecord(this.text);
    return parsed.success ? undefined : parsed.error;
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
 * The records of a body, one a line. Blank lines are not records.
 *
 * @throws {@link BodyError} `too_large`
 */
export async function splitRecords(
  body: Uint8Array,
  limits: { maxLineBytes: number; maxRecords: number },
): Promise<ReceivedRecord[]> {
  const records: ReceivedRecord[] = [];
  for await (const lines of inSlices(linesOf(body, limits)))
    for (const line of lines) records.push(new ReceivedRecord(line));
  return records;
}

/**
 * The lines of a body that are not blank, without byte order marks and trailing white space: the same record always has the
 * same bytes.
 */
function* linesOf(
  body: Uint8Array,
  { maxLineBytes, maxRecords }: { maxLineBytes: number; maxRecords: number },
): Generator<Uint8Array, void, undefined> {
  let lines = 0;
  let start = 0;
  while (start < body.length) {
    const feed = body.indexOf(0x0a, start);
    const next = feed === -1 ? body.length : feed;
    start = skipByteOrderMark(body, start);
    let end = next;
    while (end > start && isSpace(body[end - 1]!)) end--;
    if (++lines > maxRecords) throw new BodyError("too_large", `more than ${maxRecords} lines`);
    if (end - start > maxLineBytes)
      throw new BodyError("too_large", `a line of more than ${maxLineBytes} bytes`);
    if (end > start) yield body.subarray(start, end);
    start = next + 1;
  }
}
