import { type StartKonnectOptions, startKonnect } from "../../src/testing/index.js";
import { cleanup } from "./cleanup.js";
import { startListener } from "./listener.js";

/** A simulator, a collector, and the variables for them. */
export async function siem(options: StartKonnectOptions = {}) {
  const server = await startKonnect({ timeScale: 0.001, ...options });
  const listener = await startListener();
  cleanup(listener.close);
  cleanup(() => server.close());
  const variables = {
    KONNECT_TOKEN: server.token,
    KONNECT_CONTROL_PLANE_URL: server.url,
    SIEM_ENDPOINT: listener.url,
    SIEM_TOKEN: "Bearer siem-secret",
  };
  return { server, listener, variables };
}
