import type { ReceivedRecord } from "konnect-audit-logs/receiver";

/** One record to store. `id` is the SHA-256 of its bytes, in hex. Its event is read only where it is needed. */
export type SinkRecord = Pick<ReceivedRecord, "id" | "bytes" | "event" | "verification">;

/** Where `listen` puts records. */
export interface Sink {
  /**
   * Stores a batch, each record once. Resolves when it is durable: only then is Konnect told that it arrived.
   *
   * @returns the number of records that were new, as far as the sink knows
   */
  append(records: readonly SinkRecord[]): Promise<number>;
  /** Stores what was rejected. Resolves when it is durable. */
  reject(rejection: Rejection): Promise<void>;
  /** Aborted when this process must stop writing. */
  readonly lost?: AbortSignal | undefined;
  /** Waits for what is in progress, and releases everything. */
  close(): Promise<void>;
}

/** A record that was rejected: its text, or its bytes in base64 where they are not UTF-8. */
export interface RejectedRecord {
  text?: string | undefined;
  bytes?: string | undefined;
  verification?: unknown;
}

/** A line of `rejected.jsonl`. */
export interface Rejection {
  receivedAt: Date;
  reason: string;
  /** What was wrong, in one sentence. */
  problem: string;
  /** The body as sent, in base64. */
  body?: string | undefined;
  records?: readonly RejectedRecord[] | undefined;
}

/** A rejected record in the form in which it is stored: no byte is lost. */
export function rejectedRecord({
  bytes,
  verification,
}: Pick<SinkRecord, "bytes" | "verification">): RejectedRecord {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = raw.toString();
  const kept = Buffer.from(text).equals(raw) ? { text } : { bytes: raw.toString("base64") };
  return { ...kept, verification };
}
