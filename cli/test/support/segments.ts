import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** The names of the segments of a folder, in order. */
export function segments(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^audit-.*\.log(\.gz)?$/.test(name))
    .sort((a, b) => numberOf(a) - numberOf(b));
}

/** The text of all segments. */
export function stored(folder: string): string {
  return segments(folder)
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
    })
    .join("");
}

function numberOf(name: string): number {
  return Number(/-(\d+)\.log/.exec(name)![1]);
}
