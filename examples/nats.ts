import { setTimeout as sleep } from "node:timers/promises";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { sayWaiting } from "./waiting.js";

/** Connects to NATS. Waits as long as it takes, and prints why, now and whenever the connection is lost. */
export async function connectNats(servers: readonly string[], signal?: AbortSignal): Promise<NatsConnection> {
  const say = sayWaiting();
  const names = servers.join(", ");
  for (;;) {
    signal?.throwIfAborted();
    try {
      const connection = await connect({
        servers: [...servers],
        maxReconnectAttempts: -1,
        reconnectTimeWait: 200,
      });
      void watch(connection, names, say);
      return connection;
    } catch (error) {
      if ((error as Error).name === "AuthorizationError") throw error;
      say(`waiting for ${names} (${(error as Error).message})`);
      await sleep(500, undefined, signal === undefined ? {} : { signal });
    }
  }
}

async function watch(connection: NatsConnection, names: string, say: (what: string) => void): Promise<void> {
  for await (const { type } of connection.status())
    if (type === "disconnect" || type === "reconnecting")
      say(`waiting for ${names} (the connection was lost)`);
}
