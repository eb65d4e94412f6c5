import type { ReceivedRecord, Rejected } from "konnect-audit-logs/receiver";
import { rejectedRecord, type Sink } from "../../archive/sink.js";
import type { Context } from "../../context.js";
import { countOf } from "../../output/count.js";
import type { Meter } from "../../service/meter.js";

/** Where the records of deliveries go. */
export interface StoreOptions {
  /** Undefined: nothing is stored. */
  sink: Sink | undefined;
  maxLineBytes: number;
  meter: Meter;
}

/** Stores what the receiver got, and what it rejected; warns and counts. */
export class DeliveryStore {
  readonly #options: StoreOptions;
  readonly #log: Context["log"];
  #newest = 0;

  constructor(options: StoreOptions, { log }: Context) {
    this.#options = options;
    this.#log = log;
    // Until the first record, silence is measured from the start.
    options.meter.set("last_stored_timestamp_seconds", Date.now() / 1_000);
  }

  /** Stores a batch. Resolves when it is durable. */
  async add(records: readonly ReceivedRecord[]): Promise<void> {
    const { sink, meter } = this.#options;
    const start = performance.now();
    const stored = sink === undefined ? records.length : await this.#append(sink, records);
    meter.observe("store_duration_seconds", performance.now() - start);
    meter.add("records_total", stored);
    for (const { verification } of records)
      if (verification !== undefined) meter.add("verifications_total", 1, { status: verification.status });
    this.#times(records);
    this.#warnAboutInvalid(records);
  }

  /** Keeps what the receiver rejected. */
  async reject({ reason, problem, receivedAt, body, records }: Rejected): Promise<void> {
    const { sink, meter } = this.#options;
    this.#log.warn(`rejected a delivery (${reason}): ${problem}`, { reason });
    meter.add("rejected_total", 1, { reason });
    for (const { verification } of records ?? [])
      if (verification !== undefined) meter.add("verifications_total", 1, { status: verification.status });
    await sink?.reject({
      receivedAt,
      reason,
      problem,
      body: body && Buffer.from(body).toString("base64"),
      records: records?.map(rejectedRecord),
    });
  }

  /** A record that is too long for a line of the archive is kept as rejected. */
  async #append(sink: Sink, records: readonly ReceivedRecord[]): Promise<number> {
    const { maxLineBytes, meter } = this.#options;
    const long = records.filter(({ bytes }) => bytes.length > maxLineBytes);
    if (long.length > 0) {
      const problem = `${countOf(long.length, "record")} longer than ${maxLineBytes} bytes (--max-line-bytes)`;
      await sink.reject({
        receivedAt: new Date(),
        reason: "too_long",
        problem,
        records: long.map(rejectedRecord),
      });
      meter.add("rejected_total", 1, { reason: "too_long" });
    }
    const rest = long.length === 0 ? records : records.filter((record) => !long.includes(record));
    const stored = await sink.append(rest);
    meter.add("duplicates_total", rest.length - stored);
    return stored;
  }

  #times(records: readonly ReceivedRecord[]): void {
    const { meter } = this.#options;
    meter.set("last_stored_timestamp_seconds", Date.now() / 1_000);
    if (meter.isOff) return;
    for (const { event } of records) this.#newest = Math.max(this.#newest, event?.time?.getTime() ?? 0);
    meter.set("last_record_timestamp_seconds", this.#newest / 1_000);
  }

  #warnAboutInvalid(records: readonly ReceivedRecord[]): void {
    const counts = new Map<string, number>();
    for (const { verification } of records)
      if (verification !== undefined && verification.status !== "valid")
        counts.set(verification.status, (counts.get(verification.status) ?? 0) + 1);
    if (counts.size === 0) return;
    const which = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
    this.#log.warn(`a batch of ${countOf(records.length, "record")}: ${which}`);
  }
}
