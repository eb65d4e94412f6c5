import type { AuditEvent } from "konnect-audit-logs/records";
import type { Log } from "../output/log.js";

/** One record on its way to a SIEM. */
export interface Item {
  /** SHA-256 of the record's bytes. */
  id: string;
  raw: string;
  /** Undefined for a line that is not a record. */
  event: AuditEvent | undefined;
}

/** The verdict of a target on one record: taken, to be retried, or never accepted (with the reason). */
export type Verdict = "taken" | "retry" | { poison: string };

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
  /**
   * Returns one verdict per item. Throws {@link Busy} or {@link Refused} for all of them. Any other error does not depend on a
   * record (a credential, a URL), and stops the forwarder.
   */
  send(items: readonly Item[]): Promise<Verdict[]>;
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
  log: Log;
}
