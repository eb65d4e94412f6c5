import { randomUUID } from "node:crypto";
import { Signer } from "../signer.js";

/** A destination as it is kept: with the `authorization` that is never answered. */
export interface KeptDestination {
  id: string;
  name: string;
  endpoint: string;
  authorization: string;
  log_format: "cef" | "json" | "cps";
  skip_ssl_verification: boolean;
  created_at: string;
  updated_at: string;
}

/** A control plane as it is answered. */
export type KeptControlPlane = Record<"id" | "name" | "description" | "created_at" | "updated_at", string> & {
  labels: Record<string, string>;
  config: Record<string, unknown>;
};

/** All that one server knows. */
export class State {
  readonly signer = new Signer();
  readonly organizationId = randomUUID();
  readonly principalId = randomUUID();
  readonly destinations = new Map<string, KeptDestination>();
  readonly controlPlanes: KeptControlPlane[];
  webhook = { audit_log_destination_id: "", enabled: false };

  constructor(controlPlaneNames: readonly string[]) {
    this.controlPlanes = controlPlaneNames.map(controlPlane);
  }

  /** Where records go now; undefined while delivery is off. */
  activeDestination(): KeptDestination | undefined {
    return this.webhook.enabled ? this.destinations.get(this.webhook.audit_log_destination_id) : undefined;
  }
}

function controlPlane(name: string): KeptControlPlane {
  const id = randomUUID();
  const now = new Date().toISOString();
  return {
    id,
    name,
    description: `The control plane ${name}`,
    labels: {},
    config: {
      control_plane_endpoint: `https://${id.slice(0, 8)}.cp.konghq.test`,
      telemetry_endpoint: `https://${id.slice(0, 8)}.tp.konghq.test`,
      cluster_type: "CLUSTER_TYPE_CONTROL_PLANE",
      auth_type: "pinned_client_certs",
      cloud_gateway: false,
      proxy_urls: [],
    },
    created_at: now,
    updated_at: now,
  };
}
