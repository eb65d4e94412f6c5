import * as z from "zod/mini";
import type { AuditRecordOptions } from "../audit-record.js";
import type { Delivered } from "./delivery.js";
import type { Fault } from "./faults.js";

/** The options of `startKonnect`. */
export interface StartKonnectOptions {
  /** The port on 127.0.0.1. Default: any free port. */
  port?: number | undefined;
  /** The only valid token. Default: a random one. */
  token?: string | undefined;
  /** Another region of the same organization: this one has its destinations and its token, and a webhook of its own. */
  organizationOf?: KonnectServer | undefined;
  /** Names of the control planes. Default: `["default", "staging", "production"]`. */
  controlPlanes?: readonly string[] | undefined;
  /** Ids of the Dev Portals. Default: one. */
  portals?: readonly string[] | undefined;
  /** Answers 409 to a second destination of the same name. Default `false`. */
  uniqueNames?: boolean | undefined;
  /** How it returns an unconfigured webhook: with an `empty` id (default), or as a 404. */
  unconfiguredWebhook?: "empty" | "not_found" | undefined;
  /** Also writes access records of requests that only read. Default `false`, as in Konnect's documentation. */
  accessRecordsOfReads?: boolean | undefined;
  /** The Content-Encoding: `gzip` (default), or `application/gzip` as in Konnect's documentation. */
  contentEncoding?: "gzip" | "application/gzip" | undefined;
  /** Form of `trace_id`: 32 hex digits (default), or the older number beyond 2^53. */
  traceId?: "hex" | "decimal" | undefined;
  /** The clock, in ms since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Whether responses have a `Date`. Default `true`. */
  sendsDate?: boolean | undefined;
  /** The delay until a record can be pulled, in ms. A function gets the index of the record, from 0. Default 0. */
  readableAfterMs?: ((index: number) => number) | undefined;
  /** How long records are kept, in ms. Default: seven days. */
  retentionMs?: number | undefined;
  /**
   * Pulled records lack what the API does not require: `trace_id` in authorizations, `principal_id` and `type` in authentications.
   * Default `false`.
   */
  sparsePulledRecords?: boolean | undefined;
  /** Called with the outcome of each batch: delivered, or given up. */
  onDelivery?: ((delivery: Delivered) => void) | undefined;
  /** Multiplies its waits (delivery, replay, a destination in use): 0.001 makes a second a millisecond. Default 1. */
  timeScale?: number | undefined;
}

/** A running simulator of Konnect. */
export interface KonnectServer {
  /** Its URL, for `baseUrl`. */
  url: string;
  /** The valid token. */
  token: string;
  /** Ids of its Dev Portals. */
  portals: readonly string[];
  /** Injects a fault into the next requests that match. */
  fault(fault: Fault): void;
  /** Removes the faults that have not occurred yet. */
  clearFaults(): void;
  /** Adds a record to its log, and delivers it if the webhook is enabled: that of the Dev Portal for a record with a `portal_id`. */
  record(options?: AuditRecordOptions): void;
  /** Switches to a new signing key. The old ones stay published. */
  rotateKeys(): void;
  /** Resolves when no delivery and no replay is left. */
  settled(): Promise<void>;
  /** Ends all deliveries and connections. Resolves when nothing is open any more. */
  close(): Promise<void>;
}

const text = z.string().check(z.minLength(1));
const aFunction = z.optional(z.custom<never>((value) => typeof value === "function", "must be a function"));

/** Checks the options. */
export const startOptions = z.strictObject({
  port: z.optional(z.int().check(z.minimum(0), z.maximum(65_535))),
  token: z.optional(text),
  organizationOf: z.optional(z.custom<never>((value) => typeof value === "object" && value !== null)),
  controlPlanes: z.optional(z.array(text)),
  portals: z.optional(z.array(text)),
  uniqueNames: z.optional(z.boolean()),
  unconfiguredWebhook: z.optional(z.enum(["empty", "not_found"])),
  accessRecordsOfReads: z.optional(z.boolean()),
  contentEncoding: z.optional(z.enum(["gzip", "application/gzip"])),
  traceId: z.optional(z.enum(["hex", "decimal"])),
  now: aFunction,
  sendsDate: z.optional(z.boolean()),
  readableAfterMs: aFunction,
  retentionMs: z.optional(z.number().check(z.minimum(0))),
  sparsePulledRecords: z.optional(z.boolean()),
  onDelivery: aFunction,
  timeScale: z.optional(z.number().check(z.minimum(0))),
});
