import { readStream } from "../shared/streams.js";
import type { Answer, Incoming } from "./handle-delivery.js";

/** A request of the web's standard. */
export function incomingOf(request: Request): Incoming {
  const stop = new AbortController();
  return {
    method: request.method,
    authorization: request.headers.get("authorization"),
    contentEncoding: request.headers.get("content-encoding") ?? "",
    body: () => bodyOf(request, stop.signal),
    abort: () => stop.abort(),
  };
}

async function* bodyOf(request: Request, stop: AbortSignal): AsyncGenerator<Uint8Array> {
  if (request.bodyUsed)
    throw new TypeError("something read the body before the receiver: pass a request that is not read");
  if (request.body !== null) yield* readStream(request.body, stop);
}

export function responseOf({ status, headers }: Answer): Response {
  return new Response(null, { status, headers });
}
