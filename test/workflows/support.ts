import { KonnectClient, type KonnectClientOptions } from "../../src/index.js";
import { type StartKonnectOptions, startKonnect } from "../../src/testing/index.js";
import { cleanup } from "../support/cleanup.js";
import { startListener } from "../support/listener.js";

/** A Konnect on loopback, a collector, a client whose retries do not wait, and a destination to set up. */
export async function start(options: StartKonnectOptions = {}, statuses: number[] = []) {
  const server = await startKonnect({ timeScale: 0.001, ...options });
  const listener = await startListener(statuses);
  cleanup(listener.close);
  cleanup(() => server.close());
  const client = (more: KonnectClientOptions = {}) =>
    new KonnectClient({
      baseUrl: server.url,
      token: server.token,
      retry: { minTimeout: 0, maxTimeout: 0 },
      ...more,
    });
  const wanted = {
    name: "SIEM",
    endpoint: listener.url,
    authorization: "Splunk secret-0123456789",
    log_format: "cef",
  } as const;
  return { server, listener, konnect: client(), client, wanted };
}

export async function namesOf(konnect: KonnectClient): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for await (const { name } of konnect.listDestinations()) names.push(name);
  return names;
}
