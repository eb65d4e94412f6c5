import { keyStart } from "../cef/extension.js";

/** A `key=` in the line, after a space or at the start of the extension. */
export interface Candidate {
  key: string;
  /** Offset of the key. */
  start: number;
  /** Offset of the value. */
  value: number;
  /** False if the form of the value shows that this cannot be the field. */
  canCount: boolean;
}

/** Every `key=` between two offsets of a line. */
export function findCandidates(line: string, start: number, end: number): Candidate[] {
  const found: Candidate[] = [];
  for (
    let equals = line.indexOf("=", start);
    equals !== -1 && equals < end;
    equals = line.indexOf("=", equals + 1)
  ) {
    const at = keyStart(line, equals);
    if (at < start || (at > start && line.charCodeAt(at - 1) !== 0x20)) continue;
    const key = line.slice(at, equals);
    // A signature contains no space, so it counts only if it ends the line.
    const space = key === "sig" ? line.indexOf(" ", equals) : -1;
    found.push({ key, start: at, value: equals + 1, canCount: space === -1 || space >= end });
  }
  return found;
}
