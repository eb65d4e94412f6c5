import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { type Batch, createReceiver, type ReceiverOptions, type Rejected } from "../../src/receiver/index.js";
import { cleanup } from "../support/cleanup.js";
import { serve } from "../support/loopback.js";

export const SECRET = "Splunk secret-0123456789";

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Posts a body like Konnect, or with other headers. */
export function post(
  port: number,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
  method = "POST",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const all = {
      authorization: SECRET,
      "content-type": "text/plain",
      "content-encoding": "gzip",
      ...headers,
    };
    const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
    const request = httpRequest(
      { host: "127.0.0.1", port, method, headers: kept, agent: false },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** A receiver on loopback, with the batches that it got and rejected. */
export async function start(options: Partial<ReceiverOptions> = {}) {
  const batches: Batch[] = [];
  const rejected: Rejected[] = [];
  const warnings: string[] = [];
  const receiver = createReceiver({
    authorization: SECRET,
    onBatch: (batch) => void batches.push(batch),
    onRejected: (one) => void rejected.push(one),
    logger: { warn: (message) => warnings.push(message) },
    ...options,
  });
  const { port, url, close } = await serve((request, response) => void receiver.handler(request, response));
  cleanup(close);
  return { receiver, batches, rejected, warnings, port, url, post: post.bind(undefined, port) };
}

export const gzip = (lines: readonly string[]) => gzipSync(lines.join("\n"));

/** A bare connection, for what no client sends. */
export async function dial(port: number) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => socket.on("close", () => resolve(received)));
  cleanup(() => socket.destroy());
  return { socket, closed };
}
