import type { Candidate } from "./candidates.js";
import { CLIENT_CHOSEN, DOCUMENTED, type Kind, MANDATORY, OPTIONAL } from "./fields.js";

/** What a candidate is: a field, an undocumented field, part of the text before it, or a stray `key=`. */
export interface Choice {
  as: "field" | "extra" | "text" | "stray";
  /** It may come from client-chosen text, so `duplicates` names it. */
  isReported: boolean;
}

/** Decides what each candidate is, given the row of those that are fields. */
export function chooseFields(
  candidates: readonly Candidate[],
  row: ReadonlySet<Candidate>,
  kind: Kind,
): Choice[] {
  const documented = DOCUMENTED[kind];
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

/** In an ambiguous line, reports every field after the first client-chosen text. */
function withDoubt(candidates: readonly Candidate[], choices: readonly Choice[]): Choice[] {
  const first = candidates.findIndex(({ key }) => CLIENT_CHOSEN.has(key));
  return choices.map((choice, i) => {
    // The signature ends the line, so no client-chosen text follows it.
    const isDoubtful = first !== -1 && i > first && choice.as === "field" && candidates[i]!.key !== "sig";
    return isDoubtful ? { ...choice, isReported: true } : choice;
  });
}
