import type { ServerResponse } from "node:http";
import { createReceive } from "./handle-delivery.js";
import * as node from "./node-adapter.js";
import { type ReceiverOptions, resolveReceiverOptions } from "./options.js";
import { newStats, type ReceiverStats } from "./stats.js";
import * as web from "./web-adapter.js";

/** Takes what Konnect's webhook delivers. Its functions need no `this`. */
export interface Receiver {
  /** For Hono, Next, Bun, Deno and workers. Never rejects. */
  fetch(this: void, request: Request): Promise<Response>;
  /** For node:http, Express and Fastify: mount it ahead of body parsers. Never rejects. */
  handler(this: void, request: node.NodeRequest, response: ServerResponse): Promise<void>;
  /** Takes no more, and is resolved when all that was taken is done. */
  drain(this: void): Promise<void>;
  /** What it has done. */
  stats(this: void): ReceiverStats;
}

/**
 * Makes a receiver for Konnect's webhook that loses nothing: it tells Konnect that a batch arrived only when `onBatch` is
 * done with it, and answers so that Konnect sends again whatever can still be saved.
 *
 * | what arrives | answer |
 * |---|---|
 * | a batch, and `onBatch` resolved | 204 |
 * | `onBatch` rejects or overruns; a body that breaks off, does not inflate or is not text; keys that cannot be had now | 500: Konnect retries it |
 * | more than `maxConcurrent`, or draining | 429 with `Retry-After`: Konnect sends it again |
 * | over a limit | 413, and `onRejected` |
 * | a wrong `Authorization` | 401, before the body is read |
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
