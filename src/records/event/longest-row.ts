import type { Candidate } from "./candidates.js";
import { CLIENT_CHOSEN, DOCUMENTED, type FieldName, type Kind, OPTIONAL, ORDER } from "./fields.js";

/** A row of candidates: its last one, and the row before it. */
interface Row {
  candidate: Candidate;
  length: number;
  /** The number of skipped `key=` that cannot be part of client-chosen text. */
  misfits: number;
  before: Row | undefined;
}

/** The candidates that are most likely Konnect's own mandatory fields. */
export function findRow(candidates: readonly Candidate[], kind: Kind): Set<Candidate> {
  return kind === "unknown" ? firstOfEach(candidates) : longestRow(candidates, ORDER[kind]);
}

/** For an unknown kind, whose order is unknown: the first occurrence of each field that every record has. */
function firstOfEach(candidates: readonly Candidate[]): Set<Candidate> {
  const seen = new Set<string>();
  return new Set(
    candidates.filter(({ key, canCount }) => {
      if (!DOCUMENTED.unknown.has(key) || OPTIONAL.has(key) || !canCount || seen.has(key)) return false;
      seen.add(key);
      return true;
    }),
  );
}

/**
 * The longest row of candidates in the documented order. Among equally long rows, it prefers the one whose skipped `key=`
 * are part of client-chosen text, because Konnect's own values do not contain one: in `request= act=GET act=DELETE` it
 * takes the second `act`. Among those, it takes the `key=` next to the following field, and of several last ones the first. Optional
 * fields are left out, since a record may lack them. Takes linear time.
 */
function longestRow(candidates: readonly Candidate[], order: readonly FieldName[]): Set<Candidate> {
  const ranks = new Map<string, number>(order.map((key, rank) => [key, rank]));
  for (const key of OPTIONAL) ranks.delete(key);
  /** Client-chosen text that is not part of the row, but can contain a `key=`: `principal_name`. */
  const isOtherText = (key = "") => CLIENT_CHOSEN.has(key) && !ranks.has(key);
  const keyed = candidates.filter(({ key }) => ranks.has(key) || isOtherText(key));
  /** For each rank, the best row that ends with it, and the best one whose last field is client-chosen. */
  const best: (Row | undefined)[] = order.map(() => undefined);
  const bestOpen: (Row | undefined)[] = order.map(() => undefined);
  let previous: Row | undefined;
  for (const [i, candidate] of keyed.entries()) {
    const rank = candidate.canCount ? ranks.get(candidate.key) : undefined;
    let row: Row | undefined;
    if (rank !== undefined) {
      // A `key=` before the first field of a row is skipped too, unless client-chosen text can contain it.
      const isFirst = i === 0 || isOtherText(keyed[0]?.key);
      row = { candidate, length: 1, misfits: isFirst ? 0 : 1, before: undefined };
      for (let lower = 0; lower < rank; lower++) {
        if (previous?.candidate.key === order[lower]) row = better(row, extended(previous, candidate, 0));
        row = better(row, extended(bestOpen[lower], candidate, 0));
        row = better(row, extended(best[lower], candidate, 1));
      }
      best[rank] = better(best[rank], row);
      const opensText = CLIENT_CHOSEN.has(candidate.key) || isOtherText(keyed[i + 1]?.key);
      if (opensText) bestOpen[rank] = better(bestOpen[rank], row);
    }
    previous = row;
  }
  let last: Row | undefined;
  for (const row of best) last = better(last, row);
  const chosen = new Set<Candidate>();
  for (let row = last; row !== undefined; row = row.before) chosen.add(row.candidate);
  return chosen;
}

function extended(before: Row | undefined, candidate: Candidate, misfits: number): Row | undefined {
  if (before === undefined) return undefined;
  return { candidate, length: before.length + 1, misfits: before.misfits + misfits, before };
}

/** The longer row; if equally long, the one with fewer misfits; otherwise the first. */
function better(a: Row | undefined, b: Row | undefined): Row | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.length > a.length || (b.length === a.length && b.misfits < a.misfits) ? b : a;
}
