import type { Match } from "../signature/engine.js";
import { checkKnownAnswers } from "./known-answers.js";
import { AREA, Memory, MOST_CHECKS, MOST_KEYS } from "./memory.js";

/**
 * Instantiates the module and checks its known answers. This file and what it imports run in every thread: `npm run generate:wasm` also
 * bundles it as text, from which threads start.
 *
 * @throws Error if an answer is wrong
 */
export function createInstance(module: WebAssembly.Module): Match {
  const memory = new Memory(module);
  let latest = 0;
  const match: Match = ({ bytes, rows }, keys) => {
    const matches = new Int32Array(rows.length / 4);
    // One key signs all records for a long time, so the key that matched last goes first.
    const order = [...keys.keys()]
      .sort((a, b) => Number(b === latest) - Number(a === latest))
      .slice(0, MOST_KEYS);
    const tables = order.map((key) => memory.tableOf(keys[key]!));
    for (const { from, to, start, end } of partsOf(rows, bytes.length)) {
      memory.load(bytes.subarray(start, end));
      for (const [i, key] of order.entries())
        if (tables[i] !== undefined)
          for (const part of [0, 1] as const) {
            const wanted = unmatched(rows, part, from, to, matches);
            const address = (row: number) => memory.messages + rows[row]! - start;
            const checks = wanted.map((claim) => {
              const row = 4 * claim + 2 * part;
              return [address(row), rows[row + 1]!] as const;
            });
            const verdicts = memory.verify(checks, tables[i]);
            for (const [n, claim] of wanted.entries())
              if (verdicts[n]) matches[claim] = part === 0 ? key + 1 : -(key + 1);
          }
      const last = matches[to - 1]!;
      if (last !== 0) latest = Math.abs(last) - 1;
    }
    return matches;
  };
  checkKnownAnswers(match);
  return match;
}

/** The claims without a match that have a payload, or one without its wrapper (part 1). */
function unmatched(rows: Uint32Array, part: 0 | 1, from: number, to: number, matches: Int32Array): number[] {
  const wanted: number[] = [];
  for (let i = from; i < to; i++)
    if (matches[i] === 0 && (part === 0 || rows[4 * i + 3] !== 0)) wanted.push(i);
  return wanted;
}

/** The claims in parts that fit the memory. Leaves out a claim that does not fit by itself. */
function* partsOf(rows: Uint32Array, size: number) {
  const count = rows.length / 4;
  const startOf = (i: number) => (i < count ? rows[4 * i]! : size);
  for (let from = 0, to = 0; from < count; from = to) {
    const start = startOf(from);
    do to++;
    while (to < count && to - from < MOST_CHECKS && startOf(to + 1) - start <= AREA);
    const end = startOf(to);
    if (end - start <= AREA) yield { from, to, start, end };
  }
}
