import { KonnectError } from "../errors.js";
import type { Answer, Incoming } from "./handle-delivery.js";

/**
 * What the receiver needs of an `http.IncomingMessage`, and the members that body parsers add. Written out, so that the types
 * compile without @types/node.
 */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  /** True if the whole body arrived. */
  readonly complete: boolean;
  readonly readableEnded: boolean;
  readonly readableDidRead: boolean;
  readonly socket: { destroy(): unknown };
  iterator(options?: { destroyOnReturn?: boolean }): AsyncIterable<unknown>;
  on(event: string, listener: (chunk: Uint8Array) => void): unknown;
  resume(): unknown;
  rawBody?: unknown;
  body?: unknown;
}

/** What the receiver needs of an `http.ServerResponse`. */
export interface NodeResponse {
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  end(): unknown;
}

/** How much of the body is still read after the response, in bytes and ms. Closing at once would lose the response. */
const MAX_DISCARDED = 2 ** 20;
const DISCARD_TIME = 2_000;

/** A request of node:http, Express or Fastify. */
export function incomingOf(request: NodeRequest): Incoming {
  return {
    method: request.method ?? "",
    authorization: request.headers.authorization as string | undefined,
    contentEncoding: String(request.headers["content-encoding"] ?? ""),
    body: () => bodyOf(request),
    abort: () => request.socket.destroy(),
  };
}

async function* bodyOf(request: NodeRequest): AsyncGenerator<Uint8Array> {
  const raw = [request.rawBody, request.body].find((body) => body instanceof Uint8Array) as
    | Uint8Array
    | undefined;
  if (raw !== undefined) yield raw;
  else if (request.readableDidRead || request.body !== undefined) {
    // An empty body must not be acknowledged if something else has read it.
    const problem = "the body was read before the receiver got it, perhaps by a body parser";
    throw new KonnectError(
      "invalid_input",
      `${problem}: mount the receiver ahead of it, or keep the bytes in request.rawBody`,
    );
  } else for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
}

/** Sends a response. Discards the rest of the body within limits, then closes the connection. */
export function send(request: NodeRequest, response: NodeResponse, { status, headers }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const isRead = request.complete || request.readableEnded;
  response.writeHead(status, {
    ...headers,
    ...(status !== 204 && { "content-length": 0 }),
    ...(!isRead && { connection: "close" }),
  });
  response.end();
  if (isRead) return;
  let left = MAX_DISCARDED;
  const close = () => {
    clearTimeout(timer);
    request.socket.destroy();
  };
  const timer = setTimeout(close, DISCARD_TIME);
  timer.unref();
  request.on("data", (chunk) => {
    left -= chunk.length;
    if (left < 0) close();
  });
  request.on("end", () => clearTimeout(timer));
  request.on("error", () => clearTimeout(timer));
  request.on("close", () => clearTimeout(timer));
  request.resume();
}
