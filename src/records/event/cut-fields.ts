import { NO_DUPLICATES, NONE, newValues, type Reading } from "./build.js";
import type { Candidate } from "./candidates.js";
import { readCefValue } from "./cef-value.js";
import type { Choice } from "./choose-fields.js";
import { CLIENT_CHOSEN, FIELD, type FieldName } from "./fields.js";
import type { DuplicateField } from "./types.js";

/** What the extension of a line contains. */
type Cut = Pick<Reading, "values" | "extra" | "duplicates">;

interface Span {
  start: number;
  end: number;
}

/** Cuts the chosen fields out of a line. */
export function cutFields(
  line: string,
  candidates: readonly Candidate[],
  choices: readonly Choice[],
  start: number,
  end: number,
): Cut {
  const { fields, extra, duplicates } = findSpans(candidates, choices, start, end);
  const values = newValues();
  for (const [key, span] of fields)
    values[FIELD[key as FieldName]] = readCefValue(line, span.start, span.end, key);
  if (extra.size === 0) return { values, extra: NONE, duplicates };
  const texts: Record<string, string> = Object.create(null);
  for (const [key, span] of extra) texts[key] = readCefValue(line, span.start, span.end, key);
  return { values, extra: texts, duplicates };
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
