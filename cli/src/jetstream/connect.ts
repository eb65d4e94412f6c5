import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
} from "@nats-io/transport-node";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { type SayWaiting, sayWaiting } from "../output/waiting.js";

/** The first and the longest wait between two attempts, in ms. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/**
 * Connects to NATS. Waits as long as it takes, and says why, now and whenever the connection is lost. Credentials come from
 * `NATS_CREDS` (a file), `NATS_TOKEN`, or `NATS_USER` and `NATS_PASSWORD`.
 */
export async function connectNats(
  servers: readonly string[],
  { log, signal }: Context,
): Promise<NatsConnection> {
  if (servers.some((server) => server.includes("@")))
    throw new ExitError(
      2,
      "credentials in a server's URL are visible to others: set NATS_USER and NATS_PASSWORD",
    );
  const say = sayWaiting(log);
  const names = servers.join(", ");
  const credentials = await credentialsOfEnvironment();
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    signal.throwIfAborted();
    try {
      const connection = await connect({
        ...credentials,
        servers: [...servers],
        maxReconnectAttempts: -1,
        reconnectTimeWait: 200,
      });
      void watch(connection, names, say);
      return connection;
    } catch (error) {
      const { name, message } = error as Error;
      if (name === "AuthorizationError")
        throw new ExitError(2, `${names} refused the credentials: ${message}`);
      say(names, message, wait);
      await sleep(wait, undefined, { signal });
    }
  }
}

async function credentialsOfEnvironment(): Promise<ConnectionOptions> {
  const { NATS_CREDS: creds, NATS_TOKEN: token, NATS_USER: user, NATS_PASSWORD: pass } = process.env;
  return {
    ...(creds && { authenticator: credsAuthenticator(await readFile(creds)) }),
    ...(token && { token }),
    ...(user && { user }),
    ...(pass && { pass }),
  };
}

async function watch(connection: NatsConnection, names: string, say: SayWaiting): Promise<void> {
  for await (const { type } of connection.status())
    if (type === "disconnect" || type === "reconnecting") say(names, "the connection was lost", 200);
}
