import { randomUUID } from "node:crypto";
import type { components } from "../../client/api/generated.js";
import { DEFAULT_ORGANIZATION } from "../organization.js";
import { createSigner } from "../signer.js";
import type { AuditRecord } from "../write-record.js";

/** A stored destination, with the `authorization` that Konnect never returns. */
export interface KeptDestination
  extends Required<components["schemas"]["CreateDestination"]>,
    Required<Pick<components["schemas"]["Destination"], "id" | "created_at" | "updated_at">> {}

/** A control plane as returned. */
export type KeptControlPlane = Record<"id" | "name" | "description" | "created_at" | "updated_at", string> & {
  labels: Record<string, string>;
  config: Record<string, unknown>;
};

/** A record as stored for pull and replay. */
export interface KeptRecord {
  id: string;
  record: AuditRecord;
  /** When it can first be pulled, in ms since the epoch. */
  readableAt: number;
}

/** How the last delivery ended. */
export interface Attempt {
  at: number;
  /** Undefined if the connection failed. */
  code: number | undefined;
  message: string;
}

/** A replay job. */
export interface ReplayRun {
  start_at: string;
  end_at: string;
  startedAt: number;
  failed: boolean;
  /** Hands its records to the webhook as configured now, or fails. Does nothing the second time. */
  run(): void;
}

/** The webhook of the region or of a Dev Portal, with its replay job. */
export class Channel {
  destinationId = "";
  enabled = false;
  lastAttempt: Attempt | undefined;
  replay: ReplayRun | undefined;
}

/** What the regions of an organization have in common: its destinations. */
export interface Organization {
  destinations: Map<string, KeptDestination>;
  regions: State[];
}

export interface StateOptions {
  controlPlanes: readonly string[];
  portals: readonly string[];
  uniqueNames: boolean;
  unconfiguredWebhook: "empty" | "not_found";
  timeScale: number;
  now: () => number;
  readableAfterMs: (index: number) => number;
  retentionMs: number;
  sparsePulledRecords: boolean;
}

/** How long a destination stays in use after a webhook released it, and how long records are kept, in ms. */
const IN_USE = 2_000;
const MAX_RECORDS = 500_000;

/** The state of one simulator. */
export class State {
  readonly signer = createSigner();
  readonly organizationId = DEFAULT_ORGANIZATION;
  readonly principalId = randomUUID();
  readonly organization: Organization;
  /** The endpoint, which version 2 of the API has in the webhook itself. */
  ownDestination: KeptDestination | undefined;
  readonly region = new Channel();
  readonly portals: Map<string, Channel>;
  readonly controlPlanes: KeptControlPlane[];
  /** The records, newest last. */
  readonly records: KeptRecord[] = [];
  #kept = 0;
  readonly #inUseUntil = new Map<string, number>();

  constructor(
    readonly options: StateOptions,
    organization: Organization = { destinations: new Map(), regions: [] },
  ) {
    this.organization = organization;
    organization.regions.push(this);
    this.controlPlanes = options.controlPlanes.map(controlPlane);
    this.portals = new Map(options.portals.map((id) => [id, new Channel()]));
  }

  get destinations(): Map<string, KeptDestination> {
    return this.organization.destinations;
  }

  /** The simulator's time, in ms since the epoch. */
  now(): number {
    return this.options.now();
  }

  /** Where a channel's records go. Undefined while delivery is off. */
  activeDestination({ enabled, destinationId }: Channel): KeptDestination | undefined {
    return enabled ? this.findDestination(destinationId) : undefined;
  }

  /** Where a record is delivered: a Dev Portal's to its own webhook, every other one to the region's. */
  channelOf({ fields }: AuditRecord): Channel | undefined {
    return fields.portal_id === undefined ? this.region : this.portals.get(String(fields.portal_id));
  }

  findDestination(id: string): KeptDestination | undefined {
    return this.destinations.get(id) ?? (this.ownDestination?.id === id ? this.ownDestination : undefined);
  }

  /** Changes a channel. The destination that it releases stays in use for a while. */
  change(channel: Channel, destinationId: string, enabled: boolean): void {
    if (channel.enabled && (!enabled || channel.destinationId !== destinationId)) {
      this.#inUseUntil.set(channel.destinationId, this.now() + IN_USE * this.options.timeScale);
    }
    channel.destinationId = destinationId;
    channel.enabled = enabled;
  }

  /** Whether a webhook of any region delivers to a destination, or did until a moment ago. */
  isInUse(id: string): boolean {
    return this.organization.regions.some(
      (state) =>
        state.#channels.some(({ enabled, destinationId }) => enabled && destinationId === id) ||
        (state.#inUseUntil.get(id) ?? 0) > state.now(),
    );
  }

  get #channels(): Channel[] {
    return [this.region, ...this.portals.values()];
  }

  delete(id: string): void {
    this.destinations.delete(id);
    for (const state of this.organization.regions)
      for (const channel of state.#channels) if (channel.destinationId === id) channel.destinationId = "";
  }

  keep(record: AuditRecord): void {
    const readableAt = record.at + this.options.readableAfterMs(this.#kept++);
    this.records.push({ id: randomUUID(), record, readableAt });
    while (this.records.length > MAX_RECORDS) this.records.shift();
  }

  /** The records of a time span that are still kept, newest last. */
  recordsBetween(from: number, to: number): KeptRecord[] {
    const oldest = Math.max(from, this.now() - this.options.retentionMs);
    return this.records.filter(({ record: { at } }) => at >= oldest && at <= to);
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
