import type { Server } from "node:http";
import type { Receiver } from "konnect-audit-logs/receiver";

/** Options of `listen`. */
export interface ListenOptions {
  host: string;
  /** 0 for any free port. */
  port: string;
  scheme?: "http" | "https";
  /** Closes the sink. */
  close: () => Promise<unknown>;
}

/** Listens. On Ctrl-C or SIGTERM, finishes the batches in progress and stops. */
export async function listen(server: Server, receiver: Receiver, options: ListenOptions): Promise<void> {
  const { host, port, scheme = "http", close } = options;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(Number(port), host, resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  console.log(`✓ listening on ${scheme}://${host}:${bound}`);
  const stop = async () => {
    await receiver.drain();
    server.closeAllConnections();
    server.close();
    await close();
    console.log(`✓ stopped after ${receiver.stats().records} records`);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop());
}
