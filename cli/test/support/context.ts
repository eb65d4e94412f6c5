import type { Context } from "../../src/context.js";
import { createLog } from "../../src/output/log.js";

/** A context whose messages are kept. */
export function testContext(signal: AbortSignal = new AbortController().signal) {
  const messages: string[] = [];
  const context: Context = {
    signal,
    endsWell() {},
    log: createLog({ isTimed: false, write: (text) => messages.push(text.trimEnd()) }),
  };
  return { context, messages };
}
