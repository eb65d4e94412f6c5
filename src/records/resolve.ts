import type { DuplicateField } from "./event.js";
import { keyStart } from "./extension.js";
import { CLIENT_CHOSEN, DOCUMENTED, type FieldName, type Kind, OPTIONAL, ORDER } from "./fields.js";
import { NO_DUPLICATES, NONE } from "./make-event.js";

/** A `key=` somewhere in the line, behind a space or at the start of the extension. */
interface Candidate {
  key: string;
  /** Of the key. */
  start: number;
  /** Of the value. */
  value: number;
  /** Whether it may be a field at all. */
  canCount: boolean;
}

/** What the extension of a line came out as. */
export interface Resolved {
  /** Where the value of each field begins and ends, by name; `extra` in the same way. */
  fields: Map<string, { start: number; end: number }>;
  extra: Map<string, { start: number; end: number }>;
  duplicates: readonly DuplicateField[];
}

/**
 * Tells fields from text that only looks like some, where a line holds more of it than Konnect writes.
 *
 * `user_agent`, `request`, `query` and `principal_name` are the client's, and Konnect does not escape them: whoever makes a
 * request can write ` granted=true` there. So of all `key=` the longest row is taken that is in Konnect's order for this
 * kind of record, and what is left over is reported. A field that a record may lack, or that is not documented, counts
 * only where no client's text can have put it. Time is linear in the line.
 */
export function resolveFields(line: string, start: number, end: number, kind: Kind): Resolved {
  const documented = DOCUMENTED[kind];
  const candidates = findCandidates(line, start, end);
  const row = kind === "unknown" ? firstOfEach(candidates, documented) : longestRow(candidates, ORDER[kind]);
  const isAmbiguous =
    kind !== "unknown" &&
    candidates.some((one) => documented.has(one.key) && !OPTIONAL.has(one.key) && !row.has(one));
  const fields: Resolved["fields"] = new Map();
  const extra: Resolved["extra"] = new Map();
  const duplicates = new Map<string, DuplicateField>();
  let holder = "";
  let open: { start: number; end: number } | undefined;
  // Whether what stands here can be a client's text: within such a value, and in an ambiguous line anywhere behind one.
  let isClients = false;
  let isTainted = false;
  // Text in front of the first field belongs to none, and is not to be lost.
  const first = candidates[0]?.start ?? end + 1;
  if (first > start && end > start) extra.set("", { start, end: first - 1 });
  for (const candidate of candidates) {
    const { key } = candidate;
    const isKnown = documented.has(key);
    const into = isKnown ? fields : extra;
    const counts = row.has(candidate) || (!isClients && (!isKnown || OPTIONAL.has(key)) && !into.has(key));
    if (counts) {
      if (open !== undefined) open.end = Math.min(open.end, Math.max(open.start, candidate.start - 1));
      open = { start: candidate.value, end };
      into.set(key, open);
      holder = key;
      const isChosen = CLIENT_CHOSEN.has(key);
      isTainted ||= isChosen && isAmbiguous;
      isClients = isChosen || isTainted;
    } else if (isKnown || !isClients) {
      duplicates.set(`${key} ${holder}`, { key, field: holder });
      // No value of Konnect's own holds a `key=`; a client's may.
      if (open !== undefined && !CLIENT_CHOSEN.has(holder))
        open.end = Math.min(open.end, candidate.start - 1);
      isClients = true;
    }
  }
  return { fields, extra, duplicates: duplicates.size === 0 ? NO_DUPLICATES : [...duplicates.values()] };
}

function findCandidates(line: string, start: number, end: number): Candidate[] {
  const found: Candidate[] = [];
  for (
    let equals = line.indexOf("=", start);
    equals !== -1 && equals < end;
    equals = line.indexOf("=", equals + 1)
  ) {
    const at = keyStart(line, equals);
    if (at < start || (at > start && line.charCodeAt(at - 1) !== 0x20)) continue;
    const key = line.slice(at, equals);
    // Of signatures only one that ends the line: it holds no space.
    const space = key === "sig" ? line.indexOf(" ", equals) : -1;
    found.push({ key, start: at, value: equals + 1, canCount: space === -1 || space >= end });
  }
  return found;
}

/** Of a kind that is not known no order is, either: the first of each key. */
function firstOfEach(candidates: readonly Candidate[], documented: ReadonlySet<string>): Set<Candidate> {
  const seen = new Set<string>();
  return new Set(
    candidates.filter(({ key, canCount }) => {
      if (!documented.has(key) || !canCount || seen.has(key)) return false;
      seen.add(key);
      return true;
    }),
  );
}

interface Link {
  candidate: Candidate;
  length: number;
  before: Link | undefined;
}

/** The longest row of candidates in the documented order; of rows as long the earliest. */
function longestRow(candidates: readonly Candidate[], order: readonly FieldName[]): Set<Candidate> {
  const ranks = new Map<string, number>(order.map((key, rank) => [key, rank]));
  for (const key of OPTIONAL) ranks.delete(key);
  // For each rank the longest row that ends with it so far.
  const best: (Link | undefined)[] = order.map(() => undefined);
  for (const candidate of candidates) {
    const rank = ranks.get(candidate.key);
    if (rank === undefined || !candidate.canCount) continue;
    let before: Link | undefined;
    for (let lower = 0; lower < rank; lower++) {
      const link = best[lower];
      if (link !== undefined && link.length > (before?.length ?? 0)) before = link;
    }
    const length = (before?.length ?? 0) + 1;
    if (length > (best[rank]?.length ?? 0)) best[rank] = { candidate, length, before };
  }
  let last: Link | undefined;
  for (const link of best) if (link !== undefined && link.length > (last?.length ?? 0)) last = link;
  const row = new Set<Candidate>();
  for (let link = last; link !== undefined; link = link.before) row.add(link.candidate);
  return row;
}

/** Text by name, or what all share that have none. */
export function texts(
  found: Resolved["extra"],
  read: (start: number, end: number) => string,
): Readonly<Record<string, string>> {
  if (found.size === 0) return NONE;
  const all: Record<string, string> = Object.create(null);
  for (const [key, { start, end }] of found) all[key] = read(start, end);
  return all;
}
