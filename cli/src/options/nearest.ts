import { distance } from "fastest-levenshtein";

/** The most edits of a name that is still taken for a typing error. */
const MOST = 3;

/** The name that was probably meant. Undefined if none is close. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, edits: distance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  if (best === undefined || best.edits > Math.min(MOST, Math.floor(given.length / 2))) return undefined;
  return best.name;
}
