#!/usr/bin/env node
import { constants } from "node:os";
import { CommanderError } from "@commander-js/extra-typings";
import { createContext, Interrupted, interruptSignal } from "./context.js";
import { createLog, type LogFormat } from "./output/log.js";
import { createProgram } from "./program.js";

/** The format of messages before the options are known. */
const format: LogFormat =
  process.env.KONNECT_AUDIT_LOG_FORMAT === "json" || /--log-format[ =]json/.test(process.argv.join(" "))
    ? "json"
    : "text";
let log = createLog({ format });

// `konnect-audit pull | head` ends quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  log.error(`standard output: ${error.message}`);
  process.exit(3);
});

const signal = interruptSignal();
const program = createProgram(
  (options) => {
    const context = createContext(signal, options);
    log = context.log;
    return context;
  },
  format === "json"
    ? { outputError: (text) => log.error(text.trim().replace(/^error: /, "")), writeErr: () => {} }
    : {},
);
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (!signal.aborted || (signal.reason instanceof Interrupted && signal.reason.isWell)) {
    const { describeError, statusOf } = await import("./exit.js");
    log.error(describeError(error));
    process.exitCode = statusOf(error);
  }
}
if (signal.reason instanceof Interrupted && !signal.reason.isWell) {
  await new Promise((resolve) => process.stdout.write("", resolve));
  // The shell sees what ended the command: 130 for Ctrl-C, 143 for SIGTERM. The first process of a container gets no signal of its own.
  process.exitCode = 128 + constants.signals[signal.reason.signalName];
  process.kill(process.pid, signal.reason.signalName);
}
