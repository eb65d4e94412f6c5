import type { IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
import { serve } from "./loopback.js";

/** A batch as it arrived. */
export interface Arrival {
  headers: IncomingHttpHeaders;
  lines: string[];
  at: number;
}

/** A collector on loopback that answers each batch with the next of `statuses` (0: resets the connection), then 200. */
export async function startListener(statuses: number[] = []) {
  const arrivals: Arrival[] = [];
  const waiting: (() => void)[] = [];
  const { url, connections, close } = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const lines = gunzipSync(Buffer.concat(chunks)).toString().split("\n");
    arrivals.push({ headers: request.headers, lines, at: performance.now() });
    const status = statuses.shift() ?? 200;
    if (status === 0) request.socket.resetAndDestroy();
    else response.writeHead(status).end();
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    url: `${url}/logs`,
    arrivals,
    /** The batches, once there are `count`. */
    async batches(count: number): Promise<Arrival[]> {
      while (arrivals.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return arrivals;
    },
    /** The lines of all batches, once there are `count`. */
    async lines(count: number): Promise<string[]> {
      for (;;) {
        const all = arrivals.flatMap(({ lines }) => lines);
        if (all.length >= count) return all;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    connections,
    close,
  };
}
