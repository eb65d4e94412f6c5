import { depthOf, isObject, MAX_DEPTH } from "../../shared/json.js";

export type JsonObject = Record<string, unknown>;

/** A line so short cannot nest deep enough to hurt. */
const SHALLOW = 4_096;
const BYTE_ORDER_MARK = 0xfeff;

/** The object that a line is. */
export function parseJsonRecord(line: string, parse: (text: string) => unknown): JsonObject {
  if (line.length > SHALLOW && depthOf(line) > MAX_DEPTH)
    throw new RangeError(`nesting is deeper than ${MAX_DEPTH}`);
  return parse(line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line) as JsonObject;
}

/** The record in an object: itself, or the one in a CPS wrapper. */
export function recordOf(outer: JsonObject): { record: JsonObject; isWrapped: boolean } {
  const isWrapped = typeof outer.name !== "string" && isObject(outer.event);
  return { record: isWrapped ? (outer.event as JsonObject) : outer, isWrapped };
}
