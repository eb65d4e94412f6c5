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

/** What a candidate is: a field, an undocumented field, part of the text before it, or a stray `key=`. */
interface Choice {
  as: "field" | "extra" | "text" | "stray";
  /** It may come from client-chosen text, so `duplicates` names it. */
  isReported: boolean;
}

/**
 * Separates the fields from injected ones, in a line with more `key=` than Konnect writes.
 *
 * Clients choose `user_agent`, `request`, `query` and `principal_name`, and Konnect does not escape them. Anyone who makes a
 * request can write ` granted=true` there. The fields are therefore the longest row of `key=` in Konnect's order for this
 * kind of record, and the rest is reported. Takes linear time.
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
  let currentField = "";
  let isBehindClientText = false;
  let isBehindStray = false;
  for (const candidate of candidates) {
    const { key } = candidate;
    // If a mandatory field is missing, any field after client-chosen text may come from that text.
    const isDoubtful = isBehindStray || (isBehindClientText && !isComplete);
    const isFirst = !counted.has(key);
    let as: Choice["as"];
    if (row.has(candidate)) as = "field";
    else if (CLIENT_CHOSEN.has(currentField)) as = documented.has(key) ? "stray" : "text";
    else if (!documented.has(key)) as = isFirst ? "extra" : "stray";
    else as = OPTIONAL.has(key) && isFirst && !isDoubtful ? "field" : "stray";
    choices.push({ as, isReported: as === "stray" || (as === "extra" && isDoubtful) });
    // A stray client-chosen field still contains client-chosen text.
    isBehindClientText ||= CLIENT_CHOSEN.has(key);
    if (as === "stray" && !CLIENT_CHOSEN.has(currentField)) isBehindStray = true;
    if (as !== "field" && as !== "extra") continue;
    counted.add(key);
    currentField = key;
    isBehindStray = false;
  }
  const isAmbiguous = kind === "unknown" || (!isComplete && choices.some(({ isReported }) => isReported));
  return isAmbiguous ? withDoubt(candidates, choices) : choices;
}

/** In an ambiguous line, reports every field after the first client-chosen text. */
function withDoubt(candidates: readonly Candidate[], choices: readonly Choice[]): Choice[] {
  const first = candidates.findIndex(({ key }) => CLIENT_CHOSEN.has(key));
  return choices.map((choice, i) => {
    // The signature ends the line, so no client-chosen text follows it.
    const isDoubtful = first !== -1 && i > first && choice.as === "field" && candidates[i]!.key !== "sig";
    return isDoubtful ? { ...choice, isReported: true } : choice;
  });
}

function counts({ as }: Choice): boolean {
  return as === "field" || as === "extra";
}

/** Where the value of each field begins and ends. It ends where the next field begins. */
function findSpans(candidates: readonly Candidate[], choices: readonly Choice[], start: number, end: number) {
  const fields = new Map<string, Span>();
  const extra = new Map<string, Span>();
  const duplicates = new Map<string, DuplicateField>();
  let currentField = "";
  let clientText = "";
  let open: Span | undefined;
  // Text before the first field belongs to no field, and must not be lost.
  const first = candidates[0]?.start ?? end + 1;
  if (first > start && end > start) extra.set("", { start, end: first - 1 });
  for (const [i, { key, start: keyAt, value }] of candidates.entries()) {
    const choice = choices[i]!;
    if (choice.isReported) {
      const field = choice.as === "stray" ? currentField : clientText || currentField;
      duplicates.set(`${key} ${field}`, { key, field });
    }
    // Konnect's own values do not contain a `key=`; client-chosen text may.
    const ends = counts(choice) || (choice.as === "stray" && !CLIENT_CHOSEN.has(currentField));
    if (ends && open !== undefined) open.end = Math.min(open.end, Math.max(open.start, keyAt - 1));
    if (CLIENT_CHOSEN.has(key) && ends) clientText = key;
    if (!counts(choice)) continue;
    open = { start: value, end };
    (choice.as === "field" ? fields : extra).set(key, open);
    currentField = key;
  }
  return { fields, extra, duplicates: duplicates.size === 0 ? NO_DUPLICATES : [...duplicates.values()] };
}

/** True if the row is complete: each of these keys occurs once in the line, and is in the row. */
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
