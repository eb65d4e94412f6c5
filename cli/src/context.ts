import { createLog, type Log, type LogFormat } from "./output/log.js";

/** What a job gets besides its options. */
export interface Context {
  /** Messages for people, on standard error. */
  log: Log;
  /** Aborted by Ctrl-C or SIGTERM: finish cleanly. */
  signal: AbortSignal;
  /** Lets SIGTERM end the command with status 0: it runs until it is stopped. */
  endsWell(): void;
}

/** The options that every command has. */
export interface CommonOptions {
  quiet?: true | undefined;
  verbose?: true | undefined;
  logFormat?: LogFormat | undefined;
}

/** Makes the context of a command. */
export type ContextOf = (options: CommonOptions) => Context;

/** Thrown where a signal ended the command. */
export class Interrupted extends Error {
  /** The command runs until it is stopped, so its status is 0. */
  isWell = false;

  constructor(readonly signalName: NodeJS.Signals) {
    super(`stopped by ${signalName}`);
  }
}

/** A signal that Ctrl-C and SIGTERM abort. A second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => controller.abort(new Interrupted(name)));
  return controller.signal;
}

export function createContext(signal: AbortSignal, { quiet, verbose, logFormat }: CommonOptions): Context {
  return {
    signal,
    endsWell() {
      if (signal.reason instanceof Interrupted) signal.reason.isWell = signal.reason.signalName === "SIGTERM";
    },
    log: createLog({ quiet: quiet === true, verbose: verbose === true, format: logFormat ?? "text" }),
  };
}
