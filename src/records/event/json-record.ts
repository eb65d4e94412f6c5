import { depthOf, isObject, MAX_DEPTH, parseJson } from "../../shared/json.js";

export type JsonObject = Record<string, unknown>;

/** A JSON record. */
export interface JsonRecord {
  record: JsonObject;
  /** The CPS wrapper around it, if there is one. */
  wrapper: JsonObject | undefined;
}

/** A shorter line, in UTF-16 code units, cannot nest deep enough to be slow. */
const SHALLOW = 4_096;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Parses a JSON record, or one in a CPS wrapper.
 *
 * @throws SyntaxError for text that is not JSON, RangeError for nesting that is too deep
 */
export function parseJsonRecord(line: string): JsonRecord {
  if (line.length > SHALLOW && depthOf(line) > MAX_DEPTH)
    throw new RangeError(`nesting is deeper than ${MAX_DEPTH}`);
  const text = line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line;
  const parsed: JsonObject = JSON.parse(text);
  // JSON.parse rounds an integer beyond 2^53, such as an older trace_id. Few records have one.
  const outer = hasLostDigits(parsed) ? (parseJson(text) as JsonObject) : parsed;
  const isWrapped = typeof outer.name !== "string" && isObject(outer.event);
  return isWrapped
    ? { record: outer.event as JsonObject, wrapper: outer }
    : { record: outer, wrapper: undefined };
}

/** True if a number in an object or array may have lost digits. */
function hasLostDigits(value: JsonObject): boolean {
  for (const key in value) {
    const member = value[key];
    if (typeof member === "number" && !(Math.abs(member) <= Number.MAX_SAFE_INTEGER)) return true;
    // Own members only: one that a library added to Object.prototype would contain itself.
    if (typeof member === "object" && member !== null && Object.hasOwn(value, key))
      if (hasLostDigits(member as JsonObject)) return true;
  }
  return false;
}
