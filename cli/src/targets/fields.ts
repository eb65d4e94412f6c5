import { detectSignals } from "konnect-audit-logs/records";
import type { Item } from "./target.js";

/**
 * What tells that fields of a record may be injected or broken: every target gets it, so that an alert can use it. Undefined for
 * an ordinary record.
 */
export interface Findings {
  signals?: string[] | undefined;
  duplicates?: { key: string; field: string }[] | undefined;
  malformed?: Record<string, string> | undefined;
}

export function findingsOf({ event }: Item): Findings {
  if (event === undefined) return {};
  const signals = detectSignals(event).map(({ name }) => name);
  return {
    ...(signals.length > 0 && { signals }),
    ...(event.duplicates.length > 0 && { duplicates: [...event.duplicates] }),
    ...(Object.keys(event.malformed).length > 0 && { malformed: event.malformed }),
  };
}

/** The fields of the event and the id of the record, for JSON targets. They have the line and its time elsewhere. */
export function fieldsOf(item: Item): Record<string, unknown> {
  const { raw: _, time: __, duplicates: ___, malformed: ____, ...fields } = item.event ?? { raw: "" };
  return { ...fields, ...findingsOf(item), record_id: item.id };
}

/** Nanoseconds since the Unix epoch. The current time, if the line has none. */
export const nanoseconds = ({ event }: Item): string =>
  `${BigInt((event?.time ?? new Date()).getTime()) * 1_000_000n}`;
