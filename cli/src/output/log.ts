import { escapeText } from "./escape.js";
import { paint } from "./style.js";

/** Messages for people. They go to standard error, because standard output is for data. */
export interface Log {
  /** A result or a step. Hidden by `--quiet`. */
  info(text: string): void;
  /** Something that needs attention. */
  warn(text: string): void;
  /** Why the command ends. */
  error(text: string): void;
  /** Details, with `--verbose`. */
  debug(text: string): void;
  /** Whether progress is unwanted. */
  readonly isQuiet: boolean;
}

/** The options of a log. */
export interface LogOptions {
  quiet?: boolean;
  verbose?: boolean;
  write?: (text: string) => void;
}

/** Writes one escaped line per message. */
export function createLog({ quiet = false, verbose = false, write = toStderr }: LogOptions = {}): Log {
  const line =
    (mark = "", color?: "red" | "yellow" | "dim") =>
    (text: string) =>
      write(`${color ? paint(color, mark, process.stderr) : mark}${escapeText(text)}\n`);
  const nothing = () => {};
  return {
    info: quiet ? nothing : line(),
    warn: line("! ", "yellow"),
    error: line("✗ ", "red"),
    debug: verbose && !quiet ? line("· ", "dim") : nothing,
    isQuiet: quiet,
  };
}

function toStderr(text: string): void {
  process.stderr.write(text);
}
