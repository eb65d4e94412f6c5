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
    const order = [...keys.keys()].sort((a, b) => Number(b === latest) - Number(a === latest));
    const tables = order.slice(0, MOST_KEYS).map((key) => ({ key, table: memory.tableOf(keys[key]!) }));
    for (const part of partsOf(rows, bytes.length)) {
      memory.load(bytes.subarray(part.start, part.end));
      for (const { key, table } of tables) {
        if (table === undefined) continue;
        check(part, WHOLE, table, key + 1);
        check(part, INNER, table, -(key + 1));
      }
      const last = matches[part.to - 1]!;
      if (last !== 0) latest = Math.abs(last) - 1;
    }
    return matches;

    /** Sets the match of each record that has none yet, if the key of the table signed this payload of it. */
    function check({ from, to, start }: Part, payload: number, table: number, match: number): void {
      const records: number[] = [];
      const checks: [address: number, length: number][] = [];
      for (let i = from; i < to; i++) {
        const [begin, length] = [rows[4 * i + payload]!, rows[4 * i + payload + 1]!];
        if (matches[i] !== 0 || (payload === INNER && length === 0)) continue;
        records.push(i);
        checks.push([memory.messages + begin - start, length]);
      }
      for (const [n, isValid] of memory.verify(checks, table).entries())
        if (isValid) matches[records[n]!] = match;
    }
  };
  checkKnownAnswers(match);
  return match;
}

/** Where the payload of a record stands in its row, and the one without its wrapper. */
const WHOLE = 0;
const INNER = 2;

/** Claims from one index to another, and their bytes. */
interface Part {
  from: number;
  to: number;
  start: number;
  end: number;
}

/** The records in parts that fit the memory. Leaves out a record that does not fit by itself. */
function* partsOf(rows: Uint32Array, size: number): Generator<Part> {
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
