import type { Candidate } from "./candidates.js";
import { CLIENT_CHOSEN, DOCUMENTED, type Kind, MANDATORY, OPTIONAL } from "./fields.js";

/** What a candidate is: a field, an undocumented field, part of the text before it, or a stray `key=`. */
type Role = "field" | "extra" | "text" | "stray";

/** The role of a candidate. */
export interface ClassifiedKey {
  role: Role;
  /** It may come from client-chosen text, so `duplicates` names it. */
  isReported: boolean;
}

/** Decides what each candidate is, given the chain of those that are fields. */
export function classifyKeys(
  candidates: readonly Candidate[],
  chain: ReadonlySet<Candidate>,
  kind: Kind,
): ClassifiedKey[] {
  const documented = DOCUMENTED[kind];
  const isComplete = kind !== "unknown" && hasEachOnce(candidates, chain, MANDATORY[kind]);
  const classified: ClassifiedKey[] = [];
  const counted = new Set<string>();
  let currentField = "";
  let isBehindClientText = false;
  let isBehindStray = false;
  for (const candidate of candidates) {
    const { key } = candidate;
    // If a mandatory field is missing, any field after client-chosen text may come from that text.
    const isDoubtful = isBehindStray || (isBehindClientText && !isComplete);
    const isFirst = !counted.has(key);
    let role: Role;
    if (chain.has(candidate)) role = "field";
    else if (CLIENT_CHOSEN.has(currentField)) role = documented.has(key) ? "stray" : "text";
    else if (!documented.has(key)) role = isFirst ? "extra" : "stray";
    else role = OPTIONAL.has(key) && isFirst && !isDoubtful ? "field" : "stray";
    classified.push({ role, isReported: role === "stray" || (role === "extra" && isDoubtful) });
    // A stray client-chosen field still contains client-chosen text.
    isBehindClientText ||= CLIENT_CHOSEN.has(key);
    if (role === "stray" && !CLIENT_CHOSEN.has(currentField)) isBehindStray = true;
    if (role !== "field" && role !== "extra") continue;
    counted.add(key);
    currentField = key;
    isBehindStray = false;
  }
  const isAmbiguous = kind === "unknown" || (!isComplete && classified.some(({ isReported }) => isReported));
  return isAmbiguous ? withDoubt(candidates, classified) : classified;
}

/** True if the chain is complete: each of these keys occurs once in the line, and is in the chain. */
function hasEachOnce(
  candidates: readonly Candidate[],
  chain: ReadonlySet<Candidate>,
  keys: ReadonlySet<string>,
): boolean {
  let found = 0;
  for (const candidate of candidates) {
    if (!keys.has(candidate.key)) continue;
    if (!chain.has(candidate)) return false;
    found++;
  }
  return found === keys.size;
}

/** In an ambiguous line, reports every field after the first client-chosen text. */
function withDoubt(candidates: readonly Candidate[], classified: readonly ClassifiedKey[]): ClassifiedKey[] {
  const first = candidates.findIndex(({ key }) => CLIENT_CHOSEN.has(key));
  return classified.map((choice, i) => {
    // The signature ends the line, so no client-chosen text follows it.
    const isDoubtful = first !== -1 && i > first && choice.role === "field" && candidates[i]!.key !== "sig";
    return isDoubtful ? { ...choice, isReported: true } : choice;
  });
}
