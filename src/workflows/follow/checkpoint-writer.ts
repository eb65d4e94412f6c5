import type { FollowCheckpoint } from "./checkpoint.js";
import { ID_LENGTH } from "./pulled-id.js";
import type { SeenIds } from "./seen-ids.js";

/** A checkpoint of this size is always worth storing, in bytes. */
const SMALL = 4_096;
/** What a larger one may cost, in bytes per record that it adds. */
const BYTES_PER_RECORD = 200;

/** Hands out checkpoints, but not so often that they cost more than the records. */
export interface CheckpointWriter {
  /** One more record was taken. */
  covers(): void;
  unlessTooLarge(): Promise<void>;
  now(): Promise<void>;
}

export function checkpointWriter(
  checkpoint: FollowCheckpoint,
  seen: SeenIds,
  onCheckpoint: ((checkpoint: FollowCheckpoint) => void | Promise<void>) | undefined,
): CheckpointWriter {
  let records = 0;
  const now = async () => {
    records = 0;
    if (onCheckpoint === undefined) return;
    const { next, counts } = checkpoint;
    await onCheckpoint({
      ...checkpoint,
      ...(next && { next: { ...next } }),
      counts: { ...counts },
      seen: seen.stored(),
    });
  };
  return {
    covers: () => void records++,
    async unlessTooLarge() {
      const size = seen.size * ID_LENGTH;
      if (size <= SMALL || size <= records * BYTES_PER_RECORD) await now();
    },
    now,
  };
}
