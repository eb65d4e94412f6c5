import type { AuditEvent } from "konnect-audit-logs/records";
import type { Http } from "./http.js";

/** One record on its way to a SIEM. */
export interface Item {
  /** SHA-256 of the record's bytes. */
  id: string;
  raw: string;
  /** The record's bytes, if the text does not determine them. */
  bytes?: Uint8Array | undefined;
  /** Undefined for a line that is not a record. */
  event: AuditEvent | undefined;
}

/** An item in the form in which the target gets it. */
export interface Encoded {
  item: Item;
  text: string;
  /** The bytes that it adds to a request. */
  size: number;
}

/**
 * The verdict of a target on one record: taken, to be retried, never accepted (with the reason), or not taken for good where
 * sending it once more would help nobody, because the target has it elsewhere or does not say which record it means.
 */
export type Verdict = "taken" | "retry" | { poison: string } | { rejected: string };

/** The target is busy or down: retry everything later. */
export class Busy extends Error {
  constructor(
    message: string,
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

/** The target refuses this request. If it does not say which record is to blame, smaller requests find it. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly index?: number,
  ) {
    super(message);
  }
}

/** A SIEM that records are forwarded to. */
export interface Target {
  /** The most records and bytes of a request. */
  maxItems: number;
  maxBytes: number;
  /** The part of a request that is one record. */
  encode(item: Item): string;
  /**
   * Returns one verdict per record. Throws {@link Busy} or {@link Refused} for all of them. Any other error does not depend on a
   * record (a credential, a URL), and stops the forwarder.
   */
  send(records: readonly Encoded[]): Promise<Verdict[]>;
}

/** How to reach a target. */
export interface TargetOptions {
  url: string;
  /** Splunk's token, Datadog's key, or the `Authorization` of the target. */
  credential?: string | undefined;
  /** Elastic's index or data stream. */
  index?: string | undefined;
  /** CloudWatch's log group and log stream. */
  group?: string | undefined;
  stream?: string | undefined;
  /** Loki's tenant. */
  tenant?: string | undefined;
  http: Http;
}
