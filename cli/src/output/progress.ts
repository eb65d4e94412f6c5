import { countOf } from "./count.js";
import type { Log } from "./log.js";

/** Shows how far a command is. */
export interface Progress {
  /** Called often. `share` is from 0 to 1, undefined if there is no end. */
  at(share: number | undefined, records: number): void;
  /** Removes the line from the terminal. */
  end(): void;
}

/** How to show progress. */
export interface ProgressOptions {
  log: Log;
  stream?: Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">;
  now?: () => number;
}

/** The least time between two updates in ms, on a terminal and elsewhere. */
const UPDATE = 100;
const PLAIN_UPDATE = 30_000;

/** On a terminal one line that changes, otherwise a line every 30 s. With `--quiet` nothing. */
export function createProgress(options: ProgressOptions): Progress {
  const { log, stream = process.stderr, now = () => performance.now() } = options;
  const isLine = stream.isTTY === true;
  const start = now();
  let shownAt = isLine ? Number.NEGATIVE_INFINITY : start;
  let isShown = false;
  return {
    at(share, records) {
      if (log.isQuiet) return;
      const time = now();
      if (time - shownAt < (isLine ? UPDATE : PLAIN_UPDATE)) return;
      shownAt = time;
      const text = progressText(share, records, time - start);
      if (!isLine) return log.info(text);
      isShown = true;
      stream.write(`\r\u001b[K${text.slice(0, (stream.columns || 80) - 1)}`);
    },
    end() {
      if (isShown) stream.write("\r\u001b[K");
      isShown = false;
    },
  };
}

/** Share, number, rate and time left. */
function progressText(share: number | undefined, records: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? Math.round((records / elapsedMs) * 1_000) : 0;
  const counted = `${countOf(records, "record")}, ${rate.toLocaleString("en")}/s`;
  if (share === undefined) return counted;
  const bar = "█".repeat(Math.floor(share * 20)).padEnd(20, "░");
  const left = share > 0 ? (elapsedMs / share) * (1 - share) : undefined;
  const remaining = left === undefined ? "" : `, ${duration(left)} left`;
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %, ${counted}${remaining}`;
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
