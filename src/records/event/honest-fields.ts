import { keyStart } from "../cef/extension.js";
import { newValues, type Values } from "./build.js";
import { readCefValue } from "./cef-value.js";
import { DOCUMENTED, FIELD, type Kind, MANDATORY, ORDERED, type OrderedField } from "./fields.js";

const SPACE = 0x20;

/**
 * Reads the fields of a record that holds no `key=` but Konnect's own, each once and in order; undefined
 * for any other record.
 */
export function readHonest(
  line: string,
  start: number,
  end: number,
  kind: Exclude<Kind, "unknown">,
  hasEscapes: boolean,
): Values | undefined {
  const values = newValues();
  const order = ORDERED[kind];
  let rank = 0;
  let open: OrderedField | undefined;
  let isBehindClientText = false;
  let hasDoubtful = false;
  let mandatory = 0;
  let valueAt = start;
  for (let equals = line.indexOf("=", start); equals !== -1; equals = line.indexOf("=", equals + 1)) {
    let next = rank;
    while (next < order.length && !endsAt(line, order[next]!.codes, equals, start)) next++;
    if (next === order.length) {
      // Text such as `a=b` is none of ours, unless it could be a field.
      const at = keyStart(line, equals);
      if (at < start || (at > start && line.charCodeAt(at - 1) !== SPACE)) continue;
      if (open?.isClientChosen && !DOCUMENTED[kind].has(line.slice(at, equals))) continue;
      return undefined;
    }
    const found = order[next]!;
    const keyAt = equals - found.codes.length;
    if (open === undefined ? keyAt !== start : found.isOptional && open.isClientChosen) return undefined;
    if (open !== undefined) values[open.field] = cut(line, valueAt, keyAt - 1, open, hasEscapes);
    if (found.isOptional) hasDoubtful ||= isBehindClientText;
    else if (found.field !== FIELD.sig) mandatory++;
    isBehindClientText ||= found.isClientChosen;
    open = found;
    valueAt = equals + 1;
    rank = next + 1;
  }
  if (open === undefined) return start === end ? values : undefined;
  // Where a mandatory field is missing, client-chosen text may have supplied the optional one behind it.
  if (hasDoubtful && mandatory < MANDATORY[kind].size) return undefined;
  // A signature holds no space, so only one that ends the line counts.
  const space = open.field === FIELD.sig ? line.indexOf(" ", valueAt) : -1;
  if (space !== -1 && space < end) return undefined;
  values[open.field] = cut(line, valueAt, end, open, hasEscapes);
  return values;
}

function cut(line: string, from: number, to: number, { key }: OrderedField, hasEscapes: boolean): string {
  return hasEscapes ? readCefValue(line, from, to, key) : line.slice(from, to);
}

/** True if this key, and a space or the start before it, ends at `equals`. */
function endsAt(line: string, codes: Uint8Array, equals: number, start: number): boolean {
  const at = equals - codes.length;
  if (at < start || (at > start && line.charCodeAt(at - 1) !== SPACE)) return false;
  // From its end, where a key differs from another the soonest; faster than `startsWith`.
  for (let i = codes.length - 1; i >= 0; i--) if (line.charCodeAt(at + i) !== codes[i]) return false;
  return true;
}
