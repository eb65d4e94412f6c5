import { isEscaped } from "./escapes.js";

/** True for an object other than null and arrays. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses JSON without losing digits: an integer that a JavaScript number cannot hold becomes a string of its digits.
 * Konnect's older `trace_id` is one of those.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseJson(text: string): unknown {
  return JSON.parse(quoteBigIntegers(text));
}

/** Quotes every integer that a JavaScript number cannot hold. Takes linear time. Invalid JSON stays invalid. */
export function quoteBigIntegers(text: string): string {
  let quoted = "";
  let copied = 0;
  /** Where the next string begins, and where the last one ended. */
  let string = text.indexOf('"');
  let end = 0;
  for (const { 1: before = "", 2: digits = "", index } of text.matchAll(INTEGER)) {
    const start = index + before.length;
    while (string !== -1 && string < start) {
      end = endOfString(text, string);
      // A string that does not end: the JSON is invalid.
      if (end === -1) return text;
      string = text.indexOf('"', end);
    }
    if (end > start || Number.isSafeInteger(Number(digits))) continue;
    quoted += `${text.slice(copied, start)}"${digits}"`;
    copied = start + digits.length;
  }
  return copied === 0 ? text : quoted + text.slice(copied);
}

/** An integer of 16 digits or more that is not part of a fraction or an exponent. */
const INTEGER = /(^|[[,:\s])(-?[1-9]\d{15,})(?![\d.eE])/g;

/** Offset after the string that opens at `start`; -1 if it does not end. */
export function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1 && isEscaped(text, quote, start + 1)) quote = text.indexOf('"', quote + 1);
  return quote === -1 ? -1 : quote + 1;
}

/** Deeper nesting takes more than linear time to parse, and cannot be stringified. */
export const MAX_DEPTH = 500;

/** How deep brackets nest outside of strings. Takes linear time. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at) - 1;
      if (at < 0) break;
    }
    if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

/** True for JSON that does not nest too deep. */
export function isJson(text: string): boolean {
  if (depthOf(text) > MAX_DEPTH) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
