import type { AuditEvent } from "konnect-audit-logs/records";
import type { TargetSettings } from "../options/targets.js";
import type { Http } from "./http.js";
import type { Verdict } from "./verdict.js";

/** One record on its way to a SIEM. */
export interface Item {
  /** `recordId` of the record. */
  id: string;
  raw: string;
  /** The record's bytes, if the text does not determine them. */
  bytes?: Uint8Array | undefined;
  /** Undefined for a line that is not a record. */
  event: AuditEvent | undefined;
}

/** An item in the form in which the target gets it: text, or bytes. */
export interface Encoded<Part = string> {
  item: Item;
  text: Part;
  /** The bytes that it adds to a request. */
  size: number;
}

/** A SIEM that records are forwarded to. */
export interface Target<Part = string> {
  /** The most records and bytes of a request. */
  maxItems: number;
  maxBytes: number;
  /** The part of a request that is one record. */
  encode(item: Item): Part;
  /**
   * Returns one verdict per record. Throws {@link Busy} or {@link Refused} for all of them. Any other error does not depend on a
   * record (a credential, a URL), and stops the forwarder.
   */
  send(records: readonly Encoded<Part>[]): Promise<Verdict[]>;
  /** Waits until the target has what was sent, and releases the connection. */
  close?(): Promise<void>;
}

/** A target, whatever its parts are. */
export type AnyTarget = Target<string | Uint8Array>;

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
  /** Certificates of syslog: a file of authorities, the client's own, and its key. */
  ca?: string | undefined;
  clientCert?: string | undefined;
  clientKey?: string | undefined;
  /** The most bytes of a syslog message. */
  maxMessageBytes?: number | undefined;
  /** What a plain HTTP source gets, and with which statuses it takes it. */
  body?: TargetSettings["body"] | undefined;
  gzip?: boolean | undefined;
  taken?: readonly number[] | undefined;
  http: Http;
}
