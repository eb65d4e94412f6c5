import { KonnectClient, type KonnectClientOptions } from "../../src/index.js";
import { type StartKonnectOptions, startKonnect } from "../../src/testing/index.js";
import { cleanup } from "./cleanup.js";
import { startListener } from "./listener.js";

/** A simulator, a collector, and clients with these options; all closed after the test. */
export async function startSimulator(
  options: StartKonnectOptions,
  clientOptions: KonnectClientOptions,
  statuses?: number[],
) {
  const server = await startKonnect({ timeScale: 0.001, ...options });
  const listener = await startListener(statuses);
  cleanup(listener.close);
  cleanup(() => server.close());
  const client = (more: KonnectClientOptions = {}) =>
    new KonnectClient({ baseUrl: server.url, token: server.token, ...clientOptions, ...more });
  return { server, listener, client, konnect: client() };
}
