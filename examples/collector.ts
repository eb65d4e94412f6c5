import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Batch, createReceiver } from "konnect-audit-logs/receiver";

/** A small SIEM on loopback: the receiver of this package, which hands out its batches. */
export async function startCollector(authorization: string) {
  const batches: Batch[] = [];
  const arrived = new EventTarget();
  const receiver = createReceiver({
    authorization,
    onBatch(batch) {
      batches.push(batch);
      arrived.dispatchEvent(new Event("batch"));
    },
  });
  const server = createServer(receiver.handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs`,
    /** The lines of the next batch. Rejects if none arrives in time. */
    async nextBatch(withinMs: number): Promise<string[]> {
      if (batches.length === 0) await once(arrived, "batch", { signal: AbortSignal.timeout(withinMs) });
      return batches.shift()?.records.map(({ text }) => text) ?? [];
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
