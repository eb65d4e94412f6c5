import { KonnectError } from "../../errors.js";
import type { AuditEvent } from "../event/types.js";
import { safeParseAuditRecord } from "../parse-audit-record.js";
import { RecordSyntaxError } from "../record-error.js";
import { type RecordSource, readChunks } from "./chunks.js";
import { decode, isUtf8 } from "./decode.js";
import { type Line, LineSplitter } from "./line-splitter.js";

/** A line, and where it is. */
export interface RecordPlace {
  /** The line without its line break; its beginning, if it is too long. */
  text: string;
  /** Line number, from 1. Blank lines count. */
  lineNumber: number;
  /** Where the line begins, in bytes (of gzip, in inflated bytes). */
  byteOffset: number;
  /** The bytes of a line that is too long or not UTF-8: verify these. Otherwise undefined: verify `text`. */
  bytes: Uint8Array | undefined;
}

/** One line of an archive or a batch: an event, or the reason why it is not a record. */
export type ReadRecord = RecordPlace &
  ({ event: AuditEvent; error: undefined } | { event: undefined; error: RecordSyntaxError });

/** The options of `readAuditRecords`. */
export interface ReadOptions {
  /** The most bytes of a line. Of a longer line, the first 1,024 bytes are kept. Default 1,048,576. */
  maxLineBytes?: number | undefined;
}

/**
 * Reads audit records, one per line, from text, bytes or a stream, gzip or not. For a line that is not a record, it yields an
 * `error` with the `text` of the line, and continues. Memory use does not depend on the length of the source.
 *
 * @throws {@link KonnectError} `invalid_options`; `invalid_input` for another type of source, and for gzip that is broken or
 * cut; and whatever the source throws
 * @example
 * ```ts
 * for await (const { event, error, text, lineNumber } of readAuditRecords(createReadStream("audit.log.gz"))) {
 *   if (event) handle(event);
 *   else console.warn(lineNumber, error.reason, text);
 * }
 * ```
 */
export function readAuditRecords(
  source: RecordSource,
  options: ReadOptions = {},
): AsyncIterableIterator<ReadRecord> {
  const { maxLineBytes = 2 ** 20 } = options;
  const chunks = readChunks(source);
  const splitter = new LineSplitter(maxLineBytes);
  const mayBePath = typeof source === "string" && !source.includes("\n");
  let lines: Line[] = [];
  let at = 0;
  let ended = false;
  // Not an async generator, which takes three turns of the microtask queue for each record.
  const refill = async (): Promise<IteratorResult<ReadRecord>> => {
    checkPositive("readAuditRecords: maxLineBytes", maxLineBytes);
    while (!ended) {
      const { value, done } = await chunks.next();
      ended = done === true;
      lines = ended ? splitter.end() : splitter.push(value as Uint8Array);
      at = 0;
      if (lines.length > 0) return { value: readRecord(lines[at++]!, mayBePath), done: false };
    }
    return { value: undefined, done: true };
  };
  let refilling: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const line = lines[at];
      if (line !== undefined) {
        at++;
        return Promise.resolve({ value: readRecord(line, mayBePath), done: false });
      }
      // In order, if several are requested at once.
      const result = refilling.then(() => {
        const next = lines[at];
        if (next === undefined) return refill();
        at++;
        return { value: readRecord(next, mayBePath), done: false as const };
      });
      refilling = result.catch(() => {});
      return result;
    },
    async return() {
      ended = true;
      lines = [];
      await chunks.return();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The options of `readAuditRecordBatches`. */
export interface ReadBatchesOptions extends ReadOptions {
  /** The most records of a batch. Default 1,000. */
  size?: number | undefined;
}

/**
 * Reads like `readAuditRecords`, but yields arrays: what each chunk of the source completes, cut into batches. Faster, because it
 * takes one promise per batch instead of one per record.
 *
 * @throws what `readAuditRecords` throws
 * @example
 * ```ts
 * for await (const records of readAuditRecordBatches(createReadStream("audit.log.gz")))
 *   for (const { event, error, lineNumber } of records) if (event) handle(event);
 *   else console.warn(lineNumber, error.reason);
 * ```
 */
export async function* readAuditRecordBatches(
  source: RecordSource,
  options: ReadBatchesOptions = {},
): AsyncGenerator<ReadRecord[], void, undefined> {
  const { maxLineBytes = 2 ** 20, size = 1_000 } = options;
  checkPositive("readAuditRecordBatches: maxLineBytes", maxLineBytes);
  checkPositive("readAuditRecordBatches: size", size);
  const chunks = readChunks(source);
  const splitter = new LineSplitter(maxLineBytes);
  const mayBePath = typeof source === "string" && !source.includes("\n");
  try {
    for (let ended = false; !ended; ) {
      const { value, done } = await chunks.next();
      ended = done === true;
      const lines = ended ? splitter.end() : splitter.push(value as Uint8Array);
      for (let from = 0; from < lines.length; from += size)
        yield lines.slice(from, from + size).map((line) => readRecord(line, mayBePath));
    }
  } finally {
    await chunks.return();
  }
}

function checkPositive(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new KonnectError("invalid_options", `${name} must be a positive integer (got ${String(value)})`);
}

function readRecord(line: Line, mayBePath: boolean): ReadRecord {
  const { lineNumber, byteOffset, isTooLong } = line;
  const text = decode(line.bytes);
  // A copy, so that no record keeps its chunk in memory.
  const bytes = isTooLong || !isUtf8(line.bytes, text) ? line.bytes.slice() : undefined;
  if (isTooLong) {
    const error = new RecordSyntaxError("too_long", "the line is too long; text has its beginning", text);
    return { event: undefined, error, text, lineNumber, byteOffset, bytes };
  }
  const parsed = safeParseAuditRecord(text);
  if (parsed.success) return { event: parsed.event, error: undefined, text, lineNumber, byteOffset, bytes };
  const error = mayBePath ? askForPath(parsed.error) : parsed.error;
  return { event: undefined, error, text, lineNumber, byteOffset, bytes };
}

function askForPath(error: RecordSyntaxError): RecordSyntaxError {
  if (error.reason !== "no_record") return error;
  const advice =
    "is this a path? readAuditRecords takes text, bytes or a stream: pass createReadStream(path)";
  return new RecordSyntaxError("no_record", `${error.message}; ${advice}`, error.line, {
    cause: error.cause,
  });
}
