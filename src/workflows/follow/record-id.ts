/** The length of an id, in characters: 60 bits of SHA-256 in base64url. Ids are compared within ten seconds of records. */
export const ID_LENGTH = 10;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The most shapes of records whose sorted members are remembered. */
const MOST_SHAPES = 100;

/** The names of a record's members as they come, and sorted, each with the text before its value. */
interface Shape {
  keys: string[];
  sorted: [key: string, before: string][];
}

/**
 * Makes the ids of pulled records, because Konnect gives them none: from the SHA-256 of their members, in any order. Where the
 * runtime hashes synchronously, an id is not a promise.
 */
export class RecordIds {
  readonly #hash = syncHash();
  readonly #shapes: Shape[] = [];

  of(record: object): string | Promise<string> {
    const text = this.#canonical(record as Record<string, unknown>);
    if (this.#hash !== undefined) return this.#hash(text).slice(0, ID_LENGTH);
    return crypto.subtle
      .digest("SHA-256", new TextEncoder().encode(text))
      .then((digest) => base64url(new Uint8Array(digest, 0, 8)).slice(0, ID_LENGTH));
  }

  #canonical(record: Record<string, unknown>): string {
    let text = "{";
    for (const [key, before] of this.#shapeOf(Object.keys(record)).sorted)
      text += before + canonical(record[key]);
    return text;
  }

  #shapeOf(keys: string[]): Shape {
    const known = this.#shapes.find((shape) => areSame(shape.keys, keys));
    if (known !== undefined) return known;
    const sorted = [...keys].sort().map((key): [string, string] => [key, `${canonical(key)}:`]);
    const shape = { keys, sorted };
    if (this.#shapes.length < MOST_SHAPES) this.#shapes.push(shape);
    return shape;
  }
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}

/** SHA-256 in base64url. Undefined in runtimes without Node's modules. */
function syncHash(): ((text: string) => string) | undefined {
  const { hash } = globalThis.process?.getBuiltinModule?.("node:crypto") ?? {};
  return hash && ((text) => hash("sha256", text, "base64url"));
}

/** Text that only equal values have. A string comes with its length: to escape it would take several times as long. */
function canonical(value: unknown): string {
  if (typeof value === "string") return `"${value.length}:${value}`;
  if (typeof value !== "object" || value === null) return `${value},`;
  if (Array.isArray(value)) return `[${value.length}:${value.map(canonical).join("")}`;
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record).sort();
  return `{${keys.length}:${keys.map((key) => canonical(key) + canonical(record[key])).join("")}`;
}

function base64url(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6) text += ALPHABET[(value >> (bits - 6)) & 63];
  }
  return text;
}
