import { type KonnectServer, startKonnect } from "konnect-audit-logs/testing";
import { cleanup } from "../../../test/support/cleanup.js";
import { startListener } from "../../../test/support/listener.js";

/** Two regions of one organization, a collector, and the variables for them. */
export async function regions(): Promise<{
  us: KonnectServer;
  eu: KonnectServer;
  variables: Record<string, string>;
}> {
  const us = await startKonnect({ timeScale: 0.001 });
  const eu = await startKonnect({ timeScale: 0.001, organizationOf: us });
  const listener = await startListener();
  cleanup(listener.close);
  cleanup(() => us.close());
  cleanup(() => eu.close());
  const variables = {
    KONNECT_TOKEN: us.token,
    KONNECT_AUDIT_REGION: "us,eu",
    KONNECT_AUDIT_BASE_URL: `us=${us.url},eu=${eu.url}`,
    SIEM_ENDPOINT: listener.url,
    SIEM_TOKEN: "Bearer siem-secret",
  };
  return { us, eu, variables };
}
