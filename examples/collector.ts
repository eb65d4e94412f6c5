import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

const MAX_BATCH = 2 ** 20;

/** A SIEM in small, on loopback: takes batches that come with the right `Authorization`, and hands them out. */
export async function startCollector(authorization: string) {
  const batches: string[][] = [];
  const arrived = new EventTarget();
  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== authorization) {
      response.writeHead(401).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = gunzipSync(Buffer.concat(chunks), { maxOutputLength: MAX_BATCH }).toString();
    batches.push(text.split("\n"));
    response.writeHead(200).end();
    arrived.dispatchEvent(new Event("batch"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs`,
    /** The records of the next batch; rejected when none comes in time. */
    async nextBatch(withinMs: number): Promise<string[]> {
      if (batches.length === 0) await once(arrived, "batch", { signal: AbortSignal.timeout(withinMs) });
      return batches.shift() ?? [];
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
