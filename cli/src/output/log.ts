import { escapeText, safeJson } from "./escape.js";
import { paint } from "./style.js";

/** Values of a message for machines: members of the object of `--log-format json`. */
type Fields = Record<string, string | number | boolean | undefined>;

/** Messages for people. They go to standard error, because standard output is for data. */
export interface Log {
  /** A result or a step. Hidden by `--quiet`. */
  info(text: string, fields?: Fields): void;
  /** Something that needs attention. */
  warn(text: string, fields?: Fields): void;
  /** Why the command ends. */
  error(text: string, fields?: Fields): void;
  /** Details, with `--verbose`. */
  debug(text: string, fields?: Fields): void;
  /** Whether progress is unwanted. */
  readonly isQuiet: boolean;
}

/** `text` for people, `json` for machines: one object a line, with `time`, `level` and `message`. */
export type LogFormat = "text" | "json";

/** The options of a log. */
export interface LogOptions {
  quiet?: boolean;
  verbose?: boolean;
  format?: LogFormat;
  write?: (text: string) => void;
  /** Whether each line of text begins with its time. Default: where standard error is not a terminal. */
  isTimed?: boolean;
  now?: () => Date;
}

const LEVELS = {
  info: { mark: "" },
  warn: { mark: "! ", color: "yellow" },
  error: { mark: "✗ ", color: "red" },
  debug: { mark: "· ", color: "dim" },
} as const;

/** Writes one escaped line per message. */
export function createLog(options: LogOptions = {}): Log {
  const {
    quiet = false,
    verbose = false,
    format = "text",
    write = toStderr,
    now = () => new Date(),
  } = options;
  const isTimed = options.isTimed ?? process.stderr.isTTY !== true;
  const line =
    (level: keyof typeof LEVELS) =>
    (text: string, fields: Fields = {}) => {
      const time = now().toISOString();
      if (format === "json") {
        // The mark is for eyes.
        const message = text.replace(/^[✓!✗·] /u, "");
        return write(`${safeJson({ time, level, message, ...fields })}\n`);
      }
      const { mark, color }: { mark: string; color?: "yellow" | "red" | "dim" } = LEVELS[level];
      const painted = color === undefined ? mark : paint(color, mark, process.stderr);
      write(`${isTimed ? `${time} ` : ""}${painted}${escapeText(text)}\n`);
    };
  const nothing = () => {};
  return {
    info: quiet ? nothing : line("info"),
    warn: line("warn"),
    error: line("error"),
    debug: verbose && !quiet ? line("debug") : nothing,
    isQuiet: quiet,
  };
}

function toStderr(text: string): void {
  process.stderr.write(text);
}
