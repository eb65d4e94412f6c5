import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** The names of the segments of a folder, in order. */
export function segments(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^audit-.*\.log(\.gz)?$/.test(name))
    .sort((a, b) => numberOf(a) - numberOf(b));
}

/**
 * The text of all segments. A kill between the two steps of a compression leaves both forms of a segment, until the next start:
 * they are the same records.
 */
export function stored(folder: string): string {
  const names = new Set(segments(folder));
  return [...names]
    .filter((name) => !names.has(`${name}.gz`))
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
    })
    .join("");
}

function numberOf(name: string): number {
  return Number(/-(\d+)\.log/.exec(name)![1]);
}
