import { readStream } from "../shared/streams.js";
import type { Answer, Incoming } from "./handle-delivery.js";

/** A request of the web standard. */
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
    throw new TypeError("the body was read before the receiver got it: pass an unread request");
  if (request.body !== null) yield* readStream(request.body, stop);
}

export function responseOf({ status, headers }: Answer): Response {
  return new Response(null, { status, headers });
}
