import type { ReceivedRecord } from "konnect-audit-logs/receiver";

/** One record to store. `id` is the SHA-256 of its bytes, in hex. */
export type SinkRecord = Pick<ReceivedRecord, "id" | "bytes" | "event">;

/** Where `listen` puts records. */
export interface Sink {
  /** Stores a batch, each record once. Resolves when it is durable: only then is Konnect told that it arrived. */
  append(records: readonly SinkRecord[]): Promise<void>;
  /** Waits for what is in progress, and releases everything. */
  close(): Promise<void>;
}
