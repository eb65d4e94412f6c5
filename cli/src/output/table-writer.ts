import { detectSignals } from "konnect-audit-logs/records";
import { cell, type Row } from "./columns.js";
import type { PieceWriter } from "./pieces.js";
import { type Color, paint } from "./style.js";
import { type Cell, type Column, TableLayout } from "./table.js";

/** What a table shows. */
export interface TableOptions {
  /** The columns that the user wants. Default: what matters most, as far as it fits. */
  columns?: readonly string[] | undefined;
  /** Adds the verdict: there are keys. */
  isVerified?: boolean | undefined;
  /** Adds the region: there are several. */
  hasRegions?: boolean | undefined;
}

/** Rows that are laid out together: their widths agree. */
const PAGE = 500;
/** The most signals whose names are shown. */
const SIGNALS = 2;
/** Columns that are never cut. */
const WHOLE = ["time", "result", "verification", "signals", "region"];

/** Prints a table for eyes: time of day, verdict, result, summary, principal, address; a mark and the names of signals. */
export class TableWriter {
  readonly #writer: PieceWriter;
  readonly #layout: TableLayout;
  readonly #cells: (row: Row) => Cell[];
  readonly #names: readonly string[] | undefined;
  #pending: Row[] = [];
  #timer: NodeJS.Immediate | undefined;
  #day: string | undefined;
  #head: string[] | undefined;

  constructor(writer: PieceWriter, { columns: names, isVerified, hasRegions }: TableOptions) {
    this.#writer = writer;
    this.#names = names;
    const columns: Column[] = names
      ? names.map((name) => (WHOLE.includes(name) ? { name } : { name, min: 6 }))
      : [
          { name: "" },
          { name: "time" },
          ...(hasRegions ? [{ name: "region" }] : []),
          ...(isVerified ? [{ name: "verification" }] : []),
          { name: "result" },
          { name: "summary", min: 12, order: 0, share: 0.4 },
          { name: "principal", min: 8, order: 2, share: 0.2 },
          { name: "src", min: 0, order: 1 },
          { name: "signals", isExtra: true },
        ];
    this.#layout = new TableLayout(columns, writer.stream);
    this.#cells = (row) => columns.map(({ name }) => (names ? plainCell(row, name) : shortCell(row, name)));
    // The names of signals speak for themselves.
    const headOf = (name: string) => (names === undefined && name === "verification" ? "verdict" : name);
    this.#head = columns.map(({ name, isExtra }) => (isExtra ? "" : headOf(name).toUpperCase()));
  }

  /** Adds a row. Resolves when more may be written. */
  write(row: Row): Promise<void> | undefined {
    this.#pending.push(row);
    if (this.#pending.length >= PAGE) return this.flush();
    this.#timer ??= setImmediate(() => void this.flush());
    return undefined;
  }

  /** Prints what is waiting. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) clearImmediate(this.#timer);
    this.#timer = undefined;
    const rows = this.#pending;
    this.#pending = [];
    const head = this.#head?.map((text): Cell => ({ text, color: "bold" }));
    this.#head = undefined;
    const lines = this.#layout.lines([...(head ? [head] : []), ...rows.map(this.#cells)]);
    if (head) void this.#writer.write(`${lines.shift()}\n`);
    for (const [i, line] of lines.entries()) {
      const day = rows[i]!.event?.time?.toISOString().slice(0, 10);
      // Times have no date, unless the user chose the columns.
      if (this.#names === undefined && day !== undefined && this.#day !== undefined && day !== this.#day)
        void this.#writer.write(`${paint("dim", day, this.#writer.stream)}\n`);
      this.#day = day ?? this.#day;
      void this.#writer.write(`${line}\n`);
    }
    await this.#writer.flush();
  }
}

/** A column that the user chose, in full. */
function plainCell(row: Row, name: string): Cell {
  return { text: cell(row, name), color: colorOf(row, name) };
}

/** A column in the form that fits. */
function shortCell(row: Row, name: string): Cell {
  const { event, verification } = row;
  switch (name) {
    case "":
      return isAlarming(row) ? { text: "‼", color: "red" } : { text: "" };
    case "time":
      return { text: event?.time?.toISOString().slice(11, 19) ?? "", color: "dim" };
    case "principal":
      return { text: shortId(cell(row, name)), color: event?.principal_name ? undefined : "dim" };
    case "signals":
      return { text: signalsOf(row), color: colorOf(row, name) };
    case "verification":
      return { text: verification?.status ?? "", color: colorOf(row, name) };
    case "summary":
      // A line that is not a record is shown as it is.
      return { text: event === undefined ? cell(row, "raw") : cell(row, name) };
    default:
      return { text: cell(row, name), color: colorOf(row, name) };
  }
}

/** A record that somebody should look at. */
function isAlarming({ event, verification }: Row): boolean {
  if (verification !== undefined && verification.status !== "valid" && verification.status !== "unverifiable")
    return true;
  return event === undefined || detectSignals(event).some(({ severity }) => severity === "high");
}

/** The first names of the signals, and the number of the others. */
function signalsOf({ event }: Row): string {
  const names = event === undefined ? [] : detectSignals(event).map(({ name }) => name);
  // An injection is what matters most.
  names.sort((a, b) => Number(b === "field_injection") - Number(a === "field_injection"));
  const more = names.length - SIGNALS;
  return [...names.slice(0, SIGNALS), ...(more > 0 ? [`+${more}`] : [])].join(" ");
}

/** The first group of a UUID. */
function shortId(text: string): string {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text) ? text.slice(0, 8) : text;
}

const GREEN = /^(?:granted|success|valid|[23]\d\d)$/;
const YELLOW = /^(?:denied|failed|unsigned|unverifiable|4\d\d)$/;
const RED = /^(?:invalid|malformed|5\d\d)$/;

/** Color where it tells something. */
function colorOf(row: Row, name: string): Color | undefined {
  if (name === "time" || name.endsWith("_id")) return "dim";
  if (name === "signals") return signalsOf(row).includes("field_injection") ? "red" : "yellow";
  if (name !== "result" && name !== "verification" && name !== "status") return undefined;
  const text = cell(row, name);
  return GREEN.test(text) ? "green" : YELLOW.test(text) ? "yellow" : RED.test(text) ? "red" : undefined;
}
