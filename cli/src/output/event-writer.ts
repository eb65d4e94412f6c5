import type { OutputOptions } from "../options/output.js";
import { CSV_COLUMNS, cell, fieldOf, type Row } from "./columns.js";
import { csvLine } from "./csv.js";
import { escapeText, safeJson } from "./escape.js";
import { checkFields } from "./fields.js";
import { PieceWriter } from "./pieces.js";
import type { OutputStream } from "./style.js";
import { TableWriter } from "./table-writer.js";

/** Prints records in the format that the user wants. */
export interface EventWriter {
  /** Prints one record. Resolves when more may be written. */
  write(row: Row): Promise<void> | undefined;
  /** True once `--limit` records were printed. */
  readonly isFull: boolean;
  /** Resolves when the stream has everything so far. */
  flush(): Promise<void>;
  /** Ends the output. */
  end(): Promise<void>;
}

/** Which records, how, and where to. */
export interface EventWriterOptions extends OutputOptions {
  stream?: OutputStream;
  /** Adds the column `verification` to a table. */
  isVerified?: boolean;
  /** Adds the column `region`: the records are of several. */
  hasRegions?: boolean;
}

type Format = (row: Row) => string | Uint8Array;

/** A table on a terminal, JSON Lines elsewhere, unless `--output` says otherwise. */
export function createEventWriter(options: EventWriterOptions): EventWriter {
  const { stream = process.stdout, limit = Number.POSITIVE_INFINITY } = options;
  checkFields("--columns", options.columns ?? []);
  const output = options.output ?? (stream.isTTY ? "table" : "jsonl");
  const writer = new PieceWriter(stream);
  let count = 0;
  const rows = output === "table" ? new TableWriter(writer, options) : undefined;
  const { head, format, tail } = formatter(output, options, stream, () => count);
  let isStarted = false;
  const start = () => {
    if (!isStarted && head !== "") void writer.write(head);
    isStarted = true;
  };
  return {
    write(row) {
      if (count >= limit) return undefined;
      start();
      const written = rows ? rows.write(row) : writer.write(format(row));
      count++;
      return written;
    },
    get isFull() {
      return count >= limit;
    },
    flush: () => (rows ?? writer).flush(),
    async end() {
      start();
      await rows?.flush();
      if (tail() !== "") void writer.write(tail());
      await writer.flush();
    },
  };
}

function formatter(
  output: NonNullable<OutputOptions["output"]>,
  { columns, hasRegions }: EventWriterOptions,
  stream: OutputStream,
  count: () => number,
): { head: string; format: Format; tail: () => string } {
  const nothing = { head: "", tail: () => "" };
  const value = (row: Row) => jsonValue(row, columns);
  switch (output) {
    case "raw":
      // A terminal gets escaped text, a pipe the exact bytes.
      if (stream.isTTY) return { ...nothing, format: (row) => `${escapeText(cell(row, "raw"))}\n` };
      return {
        ...nothing,
        format: ({ raw }) => (typeof raw === "string" ? `${raw}\n` : Buffer.concat([raw, NEWLINE])),
      };
    case "jsonl":
      return { ...nothing, format: (row) => `${safeJson(value(row))}\n` };
    case "json":
      return {
        head: "[",
        format: (row) => `${count() === 0 ? "\n" : ",\n"}${safeJson(value(row), 2)}`,
        tail: () => (count() === 0 ? "]\n" : "\n]\n"),
      };
    case "csv": {
      const names = columns ?? [...(hasRegions ? ["region"] : []), ...CSV_COLUMNS];
      const format: Format = (row) => csvLine(names.map((name) => escapeText(cell(row, name))));
      return { ...nothing, head: csvLine(names), format };
    }
    case "table":
      return { ...nothing, format: () => "" };
  }
}

const NEWLINE = Buffer.from("\n");

/** The event, or the columns of it. */
function jsonValue(row: Row, columns: readonly string[] | undefined): unknown {
  const { event, verification, region } = row;
  if (columns !== undefined)
    return Object.fromEntries(
      columns.map((name) => [name, fieldOf(event, name) ?? (cell(row, name) || null)]),
    );
  const more = { ...(region !== undefined && { region }), ...(verification && { verification }) };
  if (event === undefined) return { raw: cell(row, "raw"), ...more };
  return Object.keys(more).length === 0 ? event : { ...event, ...more };
}
