/** What a receiver has done since it was made. */
export interface ReceiverStats {
  /** Batches that `onBatch` took. */
  batches: number;
  /** Records in them. */
  records: number;
  /** Records that `filter` dropped. */
  filtered: number;
  /** Batches and groups of records that went to `onRejected`. */
  rejected: number;
  /** Requests at work now. */
  active: number;
  /** Handlers that overran their time, and still run. */
  overdue: number;
  /** How often each status was answered. */
  answers: Record<number, number>;
}

export function newStats(): ReceiverStats {
  return { batches: 0, records: 0, filtered: 0, rejected: 0, active: 0, overdue: 0, answers: {} };
}
