import type { KonnectClient } from "../../src/index.js";
import type { StartKonnectOptions } from "../../src/testing/index.js";
import { startSimulator } from "../support/simulator.js";

/** A simulator, a collector, a client whose retries do not wait, and a destination to set up. */
export async function start(options: StartKonnectOptions = {}, statuses: number[] = []) {
  const started = await startSimulator(options, { retry: { minTimeout: 0, maxTimeout: 0 } }, statuses);
  const wanted = {
    name: "SIEM",
    endpoint: started.listener.url,
    authorization: "Splunk secret-0123456789",
    log_format: "cef",
  } as const;
  return { ...started, wanted };
}

export async function namesOf(konnect: KonnectClient): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for await (const { name } of konnect.listDestinations()) names.push(name);
  return names;
}
