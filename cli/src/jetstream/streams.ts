import { type JetStreamManager, RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { Log } from "../output/log.js";

/** The stream of the records, and that of what was rejected. */
export const STREAM = "KONNECT_AUDIT";
export const REJECTED_STREAM = "KONNECT_AUDIT_REJECTED";
/** The subject of everything that was rejected. */
export const REJECTED_SUBJECT = "konnect.rejected";

/** How a stream is made. An option that is not given leaves the choice to the stream that exists. */
export interface StreamOptions {
  /** Copies: 3 on a cluster of three nodes. Default 1. */
  replicas?: number | undefined;
  /** How long records are kept, in ms. Default: 30 days. */
  maxAgeMs?: number | undefined;
  /** The time within which a repeated record is stored once, in ms: longer than Konnect retries. Default: one hour. */
  duplicateWindowMs?: number | undefined;
}

const HOUR = 3_600_000;
/** JetStream's error for a stream that does not exist. */
const NOT_FOUND = 10_059;

/** Creates a stream if it is missing. One that exists belongs to its operator: differences are said, and nothing is changed. */
export async function ensureStream(
  manager: JetStreamManager,
  { name, subjects }: { name: string; subjects: string[] },
  { replicas, maxAgeMs, duplicateWindowMs }: StreamOptions,
  log: Log,
): Promise<void> {
  const found = await manager.streams.info(name).catch((error: { code?: number }) => {
    if (error.code === NOT_FOUND) return undefined;
    throw error;
  });
  if (found === undefined) {
    await manager.streams.add({
      ...{ name, subjects, storage: StorageType.File, retention: RetentionPolicy.Limits },
      num_replicas: replicas ?? 1,
      max_age: nanos(maxAgeMs ?? 30 * 24 * HOUR),
      duplicate_window: nanos(duplicateWindowMs ?? HOUR),
    });
    return;
  }
  const wanted: [option: string, field: keyof StreamConfig, value: number | undefined][] = [
    ["--replicas", "num_replicas", replicas],
    ["--max-age", "max_age", maxAgeMs && nanos(maxAgeMs)],
    ["--duplicate-window", "duplicate_window", duplicateWindowMs && nanos(duplicateWindowMs)],
  ];
  for (const [option, field, value] of wanted)
    if (value !== undefined && found.config[field] !== value)
      log.warn(
        `the stream ${name} exists with another ${field} (${found.config[field]}) than ${option} says (${value}): it is not changed. Change it with: nats stream edit ${name}`,
      );
}
