import type { Candidate } from "./candidates.js";
import { CLIENT_CHOSEN, DOCUMENTED, type FieldName, type Kind, OPTIONAL, ORDER } from "./fields.js";

/** A chain of candidates: its last one, and the chain before it. */
interface FieldChain {
  candidate: Candidate;
  length: number;
  /** The number of skipped `key=` that cannot be part of client-chosen text. */
  skipped: number;
  before: FieldChain | undefined;
}

/** The candidates that are most likely Konnect's own mandatory fields. */
export function longestChain(candidates: readonly Candidate[], kind: Kind): Set<Candidate> {
  return kind === "unknown" ? firstOfEach(candidates) : longestInOrder(candidates, ORDER[kind]);
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
 * The longest chain of candidates in the documented order. Among equally long chains, it prefers the one whose skipped `key=`
 * are part of client-chosen text, because Konnect's own values do not contain one: in `request= act=GET act=DELETE` it
 * takes the second `act`. Among those, it takes the `key=` next to the following field, and of several last ones the first. Optional
 * fields are left out, since a record may lack them. Takes linear time.
 */
function longestInOrder(candidates: readonly Candidate[], order: readonly FieldName[]): Set<Candidate> {
  const ranks = new Map<string, number>(order.map((key, rank) => [key, rank]));
  for (const key of OPTIONAL) ranks.delete(key);
  /** Client-chosen text that is not part of the chain, but can contain a `key=`: `principal_name`. */
  const isOtherText = (key = "") => CLIENT_CHOSEN.has(key) && !ranks.has(key);
  const keyed = candidates.filter(({ key }) => ranks.has(key) || isOtherText(key));
  /** For each rank, the best chain that ends with it, and the best one whose last field is client-chosen. */
  const best: (FieldChain | undefined)[] = order.map(() => undefined);
  const bestOpen: (FieldChain | undefined)[] = order.map(() => undefined);
  let previous: FieldChain | undefined;
  for (const [i, candidate] of keyed.entries()) {
    const rank = candidate.canCount ? ranks.get(candidate.key) : undefined;
    let chain: FieldChain | undefined;
    if (rank !== undefined) {
      // A `key=` before the first field of a chain is skipped too, unless client-chosen text can contain it.
      const isFirst = i === 0 || isOtherText(keyed[0]?.key);
      chain = { candidate, length: 1, skipped: isFirst ? 0 : 1, before: undefined };
      for (let lower = 0; lower < rank; lower++) {
        if (previous?.candidate.key === order[lower]) chain = better(chain, extended(previous, candidate, 0));
        chain = better(chain, extended(bestOpen[lower], candidate, 0));
        chain = better(chain, extended(best[lower], candidate, 1));
      }
      best[rank] = better(best[rank], chain);
      const opensText = CLIENT_CHOSEN.has(candidate.key) || isOtherText(keyed[i + 1]?.key);
      if (opensText) bestOpen[rank] = better(bestOpen[rank], chain);
    }
    previous = chain;
  }
  let last: FieldChain | undefined;
  for (const chain of best) last = better(last, chain);
  const chosen = new Set<Candidate>();
  for (let chain = last; chain !== undefined; chain = chain.before) chosen.add(chain.candidate);
  return chosen;
}

function extended(
  before: FieldChain | undefined,
  candidate: Candidate,
  skipped: number,
): FieldChain | undefined {
  if (before === undefined) return undefined;
  return { candidate, length: before.length + 1, skipped: before.skipped + skipped, before };
}

/** The longer chain; if equally long, the one with fewer skipped; otherwise the first. */
function better(a: FieldChain | undefined, b: FieldChain | undefined): FieldChain | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.length > a.length || (b.length === a.length && b.skipped < a.skipped) ? b : a;
}
