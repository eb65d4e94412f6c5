import { NO_DUPLICATES, NO_FIELDS, newValues, type RawRecord } from "./build.js";
import type { Candidate } from "./candidates.js";
import { readCefValue } from "./cef-value.js";
import type { ClassifiedKey } from "./classify-keys.js";
import { CLIENT_CHOSEN, FIELD, type FieldName } from "./fields.js";
import type { DuplicateField } from "./types.js";

/** What the extension of a line contains. */
type ExtractedFields = Pick<RawRecord, "values" | "extra" | "duplicates">;

interface Span {
  start: number;
  end: number;
}

/** Cuts the chosen fields out of a line. */
export function extractFields(
  line: string,
  candidates: readonly Candidate[],
  classified: readonly ClassifiedKey[],
  start: number,
  end: number,
): ExtractedFields {
  const { fields, extra, duplicates } = findSpans(candidates, classified, start, end);
  const values = newValues();
  for (const [key, span] of fields)
    values[FIELD[key as FieldName]] = readCefValue(line, span.start, span.end, key);
  if (extra.size === 0) return { values, extra: NO_FIELDS, duplicates };
  const texts: Record<string, string> = Object.create(null);
  for (const [key, span] of extra) texts[key] = readCefValue(line, span.start, span.end, key);
  return { values, extra: texts, duplicates };
}

function counts({ role }: ClassifiedKey): boolean {
  return role === "field" || role === "extra";
}

/** Where the value of each field begins and ends. It ends where the next field begins. */
function findSpans(
  candidates: readonly Candidate[],
  classified: readonly ClassifiedKey[],
  start: number,
  end: number,
) {
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
    const choice = classified[i]!;
    if (choice.isReported) {
      const field = choice.role === "stray" ? currentField : clientText || currentField;
      duplicates.set(`${key} ${field}`, { key, field });
    }
    // Konnect's own values do not contain a `key=`; client-chosen text may.
    const ends = counts(choice) || (choice.role === "stray" && !CLIENT_CHOSEN.has(currentField));
    if (ends && open !== undefined) open.end = Math.min(open.end, Math.max(open.start, keyAt - 1));
    if (CLIENT_CHOSEN.has(key) && ends) clientText = key;
    if (!counts(choice)) continue;
    open = { start: value, end };
    (choice.role === "field" ? fields : extra).set(key, open);
    currentField = key;
  }
  return { fields, extra, duplicates: duplicates.size === 0 ? NO_DUPLICATES : [...duplicates.values()] };
}
