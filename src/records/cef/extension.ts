import { CefSyntaxError } from "./error.js";

const SPACE = 0x20;

/** The fields after the header of a CEF line. */
export interface CefExtension {
  extensions: Record<string, string>;
  duplicates: string[];
}

/** How to read an extension. */
export interface ExtensionOptions {
  strict: boolean;
  /** The only names that may start a field after the first one. */
  keys: ReadonlySet<string> | undefined;
}

/** 1: may occur in a key; 2: may also begin one. */
const KEY_CHARACTERS = new Uint8Array(128);
for (const character of ".,-[]") KEY_CHARACTERS[character.charCodeAt(0)] = 1;
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") {
  KEY_CHARACTERS[character.charCodeAt(0)] = 2;
}

/**
 * Reads `key=value key=value` between two offsets of a line.
 *
 * Takes linear time: it goes from `=` to `=`, and looks back over the word before each, which contains no `=`.
 * Splits before it undoes escapes, so an escaped `user\=root` never becomes a key.
 */
export function readExtension(
  line: string,
  start: number,
  end: number,
  options: ExtensionOptions,
): CefExtension {
  // Without a prototype, so that `__proto__` and `constructor` are ordinary keys.
  const extensions: Record<string, string> = Object.create(null);
  const duplicates = new Set<string>();
  let at = start;
  while (at < end && line.charCodeAt(at) === SPACE) at++;
  if (at === end) return { extensions, duplicates: [] };

  let equals = line.indexOf("=", at);
  if (equals === -1 || keyStart(line, equals) !== at) {
    throw new CefSyntaxError("no_key", "the extension does not begin with a key and =", at, line);
  }
  let key = line.slice(at, equals);
  let keyAt = at;
  while (true) {
    const valueAt = equals + 1;
    let nextKeyAt = -1;
    let nextEquals = line.indexOf("=", valueAt);
    for (; nextEquals !== -1; nextEquals = line.indexOf("=", nextEquals + 1)) {
      const candidate = keyStart(line, nextEquals);
      if (candidate > valueAt && line.charCodeAt(candidate - 1) === SPACE) {
        if (options.keys === undefined || options.keys.has(line.slice(candidate, nextEquals))) {
          nextKeyAt = candidate;
          break;
        }
      }
    }
    // The last space before the next key is the separator; the others belong to the value.
    const valueEnd = nextKeyAt === -1 ? end : nextKeyAt - 1;
    if (options.strict) checkValue(line, valueAt, valueEnd);
    if (!(key in extensions)) extensions[key] = unescapeValue(line.slice(valueAt, valueEnd));
    else if (!options.strict) duplicates.add(key);
    else
      throw new CefSyntaxError("duplicate_key", `the key ${JSON.stringify(key)} occurs twice`, keyAt, line);
    if (nextKeyAt === -1) return { extensions, duplicates: [...duplicates] };
    keyAt = nextKeyAt;
    key = line.slice(nextKeyAt, nextEquals);
    equals = nextEquals;
  }
}

/** Offset of the key that ends at `equals`; -1 without one. */
export function keyStart(line: string, equals: number): number {
  let at = equals;
  while (at > 0 && (KEY_CHARACTERS[line.charCodeAt(at - 1)] ?? 0) > 0) at--;
  return at < equals && KEY_CHARACTERS[line.charCodeAt(at)] === 2 ? at : -1;
}

/** A value with its escapes undone. */
export function unescapeValue(raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(/\\([\\=nr])/g, (_, of: string) => (of === "n" ? "\n" : of === "r" ? "\r" : of));
}

/** Throws for what the standard forbids in a value. */
function checkValue(line: string, start: number, end: number): void {
  for (const { 0: found, index } of line.slice(start, end).matchAll(/\\.?|=/gs)) {
    const at = start + index;
    if (found === "=")
      throw new CefSyntaxError("unescaped_equals", "an = inside a value has no backslash", at, line);
    if (!/^\\[\\=nr]$/.test(found))
      throw new CefSyntaxError("escape", "a backslash in a value escapes nothing", at, line);
  }
}
