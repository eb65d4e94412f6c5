/** The counts of a receiver since it was created. */
export interface ReceiverStats {
  /** Acknowledged batches. */
  batches: number;
  /** Records in acknowledged batches. */
  records: number;
  /** Records that `filter` dropped. */
  filtered: number;
  /** Batches and groups of records that went to `onRejected`. */
  rejected: number;
  /** Requests in progress. */
  active: number;
  /** Handlers that timed out and are still running. */
  overdue: number;
  /** The number of responses by status. */
  answers: Record<number, number>;
}

export function newStats(): ReceiverStats {
  return { batches: 0, records: 0, filtered: 0, rejected: 0, active: 0, overdue: 0, answers: {} };
}
