#!/usr/bin/env node
import { CommanderError } from "@commander-js/extra-typings";
import { contextOf, Interrupted, interruptSignal } from "./context.js";
import { createLog } from "./output/log.js";
import { createProgram } from "./program.js";

// `konnect-audit pull | head` ends quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  createLog().error(`standard output: ${error.message}`);
  process.exit(3);
});

const signal = interruptSignal();
try {
  await createProgram(contextOf(signal)).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (!signal.aborted || (signal.reason instanceof Interrupted && signal.reason.isWell)) {
    const { describeError, statusOf } = await import("./exit.js");
    createLog().error(describeError(error));
    process.exitCode = statusOf(error);
  }
}
if (signal.reason instanceof Interrupted && !signal.reason.isWell) {
  await new Promise((resolve) => process.stdout.write("", resolve));
  // The shell sees what ended the command: 130 for Ctrl-C, 143 for SIGTERM.
  process.kill(process.pid, signal.reason.signalName);
}
