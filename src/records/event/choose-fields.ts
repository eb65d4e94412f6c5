import type { Candidate } from "./candidates.js";
import { CLIENT_CHOSEN, DOCUMENTED, type Kind, MANDATORY, OPTIONAL, ORDER } from "./fields.js";
import { hasEachOnce, longestRow } from "./longest-row.js";

/** What a candidate is: a field, an undocumented field, part of the text before it, or a stray `key=`. */
export interface Choice {
  as: "field" | "extra" | "text" | "stray";
  /** It may come from client-chosen text, so `duplicates` names it. */
  isReported: boolean;
}

/** Decides what each candidate is. */
export function chooseFields(candidates: readonly Candidate[], kind: Kind): Choice[] {
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
