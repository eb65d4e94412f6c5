import { createReceive } from "./handle-delivery.js";
import * as node from "./node-adapter.js";
import { type ReceiverOptions, resolveReceiverOptions } from "./options.js";
import { newStats, type ReceiverStats } from "./stats.js";
import * as web from "./web-adapter.js";

/** Receives the deliveries of Konnect's webhook. You can pass its functions on without binding them. */
export interface Receiver {
  /** Handles a request of the web standard: Hono, Next, Bun, Deno, workers. Never rejects. */
  fetch(this: void, request: Request): Promise<Response>;
  /** Handles a request of node:http, Express or Fastify. Mount it before any body parser. Never rejects. */
  handler(this: void, request: node.NodeRequest, response: node.NodeResponse): Promise<void>;
  /** Answers 429 to new deliveries, and resolves when those in progress are done. */
  drain(this: void): Promise<void>;
  /** Counts what it has done so far. */
  stats(this: void): ReceiverStats;
}

/**
 * Creates a receiver for Konnect's webhook that loses nothing. It acknowledges a batch only after `onBatch` resolves, and
 * answers every failure so that Konnect retries the batch if a retry can help.
 *
 * | delivery | response |
 * |---|---|
 * | `onBatch` resolved | 204 |
 * | `onBatch` rejected or timed out; the body is cut, cannot be decompressed or is not text; the signing keys are unavailable | 500: Konnect retries |
 * | more than `maxConcurrent` in progress, or draining | 429 with `Retry-After`: Konnect retries |
 * | over a limit | 413, and `onRejected` |
 * | wrong `Authorization` | 401, before the body is read |
 * | not POST | 405 |
 *
 * @throws {@link KonnectError} `invalid_options`
 * @example
 * ```ts
 * const receiver = createReceiver({
 *   authorization: process.env.SIEM_TOKEN!,
 *   onBatch: async ({ records }) => database.insert(records.map(({ id, event }) => ({ id, event }))),
 * });
 * createServer(receiver.handler).listen(8080);
 * ```
 * @see https://developer.konghq.com/konnect-platform/audit-logs/ (retries: on a connection error, 500 and 429)
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  const resolved = resolveReceiverOptions(options);
  const stats = newStats();
  const { receive, drain } = createReceive(resolved, stats);
  return {
    async fetch(request) {
      return web.responseOf(await receive(() => web.incomingOf(request)));
    },
    async handler(request, response) {
      node.send(request, response, await receive(() => node.incomingOf(request)));
    },
    drain,
    stats: () => ({ ...stats, answers: { ...stats.answers } }),
  };
}
