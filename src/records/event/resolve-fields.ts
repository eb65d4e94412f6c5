import { NO_DUPLICATES, NONE, newValues, type Reading } from "./build.js";
import { type Candidate, findCandidates } from "./candidates.js";
import { readCefValue } from "./cef-value.js";
import {
  CLIENT_CHOSEN,
  DOCUMENTED,
  FIELD,
  type FieldName,
  type Kind,
  MANDATORY,
  OPTIONAL,
  ORDER,
} from "./fields.js";
import { longestRow } from "./longest-row.js";
import type { DuplicateField } from "./types.js";

/** What the extension of a line contains. */
type Resolved = Pick<Reading, "values" | "extra" | "duplicates">;

interface Span {
  start: number;
  end: number;
}

/** What a candidate is: a field, a field that is not documented, part of the text before it, or a `key=` out of place. */
interface Choice {
  as: "field" | "extra" | "text" | "stray";
  /** Client-chosen text may have supplied it, so `duplicates` names it. */
  isReported: boolean;
}

/**
 * Tells fields from text that only looks like fields, where a line holds more `key=` than Konnect writes.
 *
 * Clients choose `user_agent`, `request`, `query` and `principal_name`, and Konnect does not escape them: anyone who makes a
 * request can write ` granted=true` there. So the fields are the longest row of `key=` in Konnect's order for this kind of
 * record, and the rest is reported. Time is linear in the line.
 */
export function resolveFields(line: string, start: number, end: number, kind: Kind): Resolved {
  const candidates = findCandidates(line, start, end);
  const { fields, extra, duplicates } = findSpans(candidates, choose(candidates, kind), start, end);
  const values = newValues();
  for (const [key, span] of fields)
    values[FIELD[key as FieldName]] = readCefValue(line, span.start, span.end, key);
  if (extra.size === 0) return { values, extra: NONE, duplicates };
  const texts: Record<string, string> = Object.create(null);
  for (const [key, span] of extra) texts[key] = readCefValue(line, span.start, span.end, key);
  return { values, extra: texts, duplicates };
}

/** Decides what each candidate is. */
function choose(candidates: readonly Candidate[], kind: Kind): Choice[] {
  const documented = DOCUMENTED[kind];
  const row = kind === "unknown" ? firstOfEach(candidates) : longestRow(candidates, ORDER[kind]);
  const isComplete = kind !== "unknown" && hasEachOnce(candidates, row, MANDATORY[kind]);
  const choices: Choice[] = [];
  const counted = new Set<string>();
  let holder = "";
  let isBehindClientText = false;
  let isBehindStray = false;
  for (const candidate of candidates) {
    const { key } = candidate;
    // Where a mandatory field is missing, client-chosen text may have supplied whatever stands behind it.
    const isDoubtful = isBehindStray || (isBehindClientText && !isComplete);
    const isFirst = !counted.has(key);
    let as: Choice["as"];
    if (row.has(candidate)) as = "field";
    else if (CLIENT_CHOSEN.has(holder)) as = documented.has(key) ? "stray" : "text";
    else if (!documented.has(key)) as = isFirst ? "extra" : "stray";
    else as = OPTIONAL.has(key) && isFirst && !isDoubtful ? "field" : "stray";
    choices.push({ as, isReported: as === "stray" || (as === "extra" && isDoubtful) });
    // A client-chosen field out of place holds its text all the same.
    isBehindClientText ||= CLIENT_CHOSEN.has(key);
    if (as === "stray" && !CLIENT_CHOSEN.has(holder)) isBehindStray = true;
    if (as !== "field" && as !== "extra") continue;
    counted.add(key);
    holder = key;
    isBehindStray = false;
  }
  const isAmbiguous = kind === "unknown" || (!isComplete && choices.some(({ isReported }) => isReported));
  return isAmbiguous ? withDoubt(candidates, choices) : choices;
}

/** In an ambiguous line, reports every field that stands behind the first client-chosen text. */
function withDoubt(candidates: readonly Candidate[], choices: readonly Choice[]): Choice[] {
  const first = candidates.findIndex(({ key }) => CLIENT_CHOSEN.has(key));
  return choices.map((choice, i) => {
    // The signature ends the line, where no client-chosen text can stand behind it.
    const isDoubtful = first !== -1 && i > first && choice.as === "field" && candidates[i]!.key !== "sig";
    return isDoubtful ? { ...choice, isReported: true } : choice;
  });
}

function counts({ as }: Choice): boolean {
  return as === "field" || as === "extra";
}

/** Where the value of each field begins and ends, by name: it ends where the next field begins. */
function findSpans(candidates: readonly Candidate[], choices: readonly Choice[], start: number, end: number) {
  const fields = new Map<string, Span>();
  const extra = new Map<string, Span>();
  const duplicates = new Map<string, DuplicateField>();
  let holder = "";
  let clientText = "";
  let open: Span | undefined;
  // Text in front of the first field belongs to none, and must not be lost.
  const first = candidates[0]?.start ?? end + 1;
  if (first > start && end > start) extra.set("", { start, end: first - 1 });
  for (const [i, { key, start: keyAt, value }] of candidates.entries()) {
    const choice = choices[i]!;
    if (choice.isReported) {
      const field = choice.as === "stray" ? holder : clientText || holder;
      duplicates.set(`${key} ${field}`, { key, field });
    }
    // No value of Konnect's own holds a `key=`; client-chosen text may.
    const ends = counts(choice) || (choice.as === "stray" && !CLIENT_CHOSEN.has(holder));
    if (ends && open !== undefined) open.end = Math.min(open.end, Math.max(open.start, keyAt - 1));
    if (CLIENT_CHOSEN.has(key) && ends) clientText = key;
    if (!counts(choice)) continue;
    open = { start: value, end };
    (choice.as === "field" ? fields : extra).set(key, open);
    holder = key;
  }
  return { fields, extra, duplicates: duplicates.size === 0 ? NO_DUPLICATES : [...duplicates.values()] };
}

/** True if the row is whole: each of these keys stands in the line once, and in the row. */
function hasEachOnce(
  candidates: readonly Candidate[],
  row: ReadonlySet<Candidate>,
  keys: ReadonlySet<string>,
): boolean {
  let found = 0;
  for (const candidate of candidates) {
    if (!keys.has(candidate.key)) continue;
    if (!row.has(candidate)) return false;
    found++;
  }
  return found === keys.size;
}

/** The order of an unknown kind is unknown, too: the first of each field that every record has. */
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
