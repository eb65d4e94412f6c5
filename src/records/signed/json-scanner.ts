import { endOfString } from "../../shared/json.js";
import { isSpace } from "../../shared/white-space.js";

/** Where a signature is in a record, what to cut out to get the signed payload, and where the record ends. */
export interface FoundSignature<Format extends string> {
  format: Format;
  valueStart: number;
  valueEnd: number;
  cutStart: number;
  cutEnd: number;
  end: number;
  /** False for a spelling that Konnect does not write. Accepted, it would give one signed record many forms. */
  isDocumented: boolean;
}

/** A member of a JSON object, as offsets into the text. */
interface Member {
  /** Offset of the quote before the name. */
  start: number;
  /** The name with its quotes and escapes. */
  name: string;
  valueStart: number;
  valueEnd: number;
  /** Offset of the comma before the member; -1 for the first. */
  comma: number;
}

/**
 * Finds the `sig` of a JSON record, or of the one in a CPS wrapper, in a text that ends at `end`.
 *
 * Scans the object instead of parsing it: the payload must be the exact text that was sent, the time must be linear at any
 * nesting depth, and text in strings or nested objects must not count.
 */
export function findJsonSignature(text: string, end: number): FoundSignature<"json" | "cps"> | undefined {
  const open = text.indexOf("{");
  const outer = members(text, open, end);
  if (outer === undefined) return undefined;
  const only = outer.length === 1 ? outer[0] : undefined;
  if (only !== undefined && nameOf(only.name) === "event" && text[only.valueStart] === "{") {
    const inner = members(text, only.valueStart, only.valueEnd);
    return inner && cut(text, inner, "cps", end);
  }
  return cut(text, outer, "json", end);
}

const QUOTE = 0x22;

/** What Konnect writes: `,"sig":"..."`, or `"sig":"...",` as the first member. */
const DOCUMENTED = /^(?:,"sig":"[\w-]{86}"|"sig":"[\w-]{86}",)$/;

function cut<Format extends string>(
  text: string,
  all: Member[],
  format: Format,
  end: number,
): FoundSignature<Format> | undefined {
  // The last of several, as in JSON.parse.
  const index = all.findLastIndex(
    ({ name }) => name === '"sig"' || (name.includes("\\") && nameOf(name) === "sig"),
  );
  const member = all[index];
  if (member === undefined || text[member.valueStart] !== '"') return undefined;
  // With the comma before it, or for the first member the comma after it.
  const cutStart = index > 0 ? member.comma : member.start;
  const cutEnd = index > 0 ? member.valueEnd : (all[1]?.comma ?? member.valueEnd - 1) + 1;
  const { valueStart, valueEnd } = member;
  const isDocumented = DOCUMENTED.test(text.slice(cutStart, cutEnd));
  return { format, valueStart, valueEnd, cutStart, cutEnd, end, isDocumented };
}

/** The name that a literal means: `"\u0073ig"` is `sig`, as in JSON.parse. */
function nameOf(literal: string): string {
  if (!literal.includes("\\")) return literal.slice(1, -1);
  try {
    return JSON.parse(literal);
  } catch {
    return literal;
  }
}

/** The members of the object that opens at `open`. Undefined if it is empty, or does not close right before `end`. */
function members(text: string, open: number, end: number): Member[] | undefined {
  const found: Member[] = [];
  let comma = -1;
  let at = skipSpace(text, open + 1);
  while (at < end) {
    const start = at;
    const nameEnd = text.charCodeAt(start) === QUOTE ? endOfString(text, start) : -1;
    if (nameEnd === -1) return undefined;
    const colon = skipSpace(text, nameEnd);
    if (text.charCodeAt(colon) !== 0x3a) return undefined;
    const valueStart = skipSpace(text, colon + 1);
    const valueEnd = skipValue(text, valueStart, end);
    if (valueEnd === -1) return undefined;
    found.push({ start, name: text.slice(start, nameEnd), valueStart, valueEnd, comma });
    comma = skipSpace(text, valueEnd);
    const after = text.charCodeAt(comma);
    if (after === 0x7d) return comma + 1 === end ? found : undefined;
    if (after !== 0x2c) return undefined;
    at = skipSpace(text, comma + 1);
  }
  return undefined;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Offset after the value at `start`; -1 if no value ends before `end`. */
function skipValue(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return endOfString(text, start);
  if (first === 0x7b || first === 0x5b) return skipBrackets(text, start, end);
  let at = start;
  while (at < end && !endsValue(text.charCodeAt(at))) at++;
  return at > start && at < end ? at : -1;
}

/** True for white space, `,`, `]` and `}`. */
function endsValue(code: number): boolean {
  return isSpace(code) || code === 0x2c || code === 0x5d || code === 0x7d;
}

function skipBrackets(text: string, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (at < 0) return -1;
    } else if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1;
  }
  return -1;
}
