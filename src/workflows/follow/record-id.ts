/** The length of an id, in characters: 60 bits of SHA-256 in base64url. Ids are compared within ten seconds of records. */
export const ID_LENGTH = 10;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The most shapes of records whose sorted members are remembered. */
const MOST_SHAPES = 100;

/**
 * Makes the ids of pulled records, because Konnect gives them none: from the SHA-256 of their members, in any order. Where the
 * runtime hashes synchronously, an id is not a promise.
 */
export class RecordIds {
  readonly #hash = syncHash();
  /** The sorted members of records with the same members, each with the text before its value. */
  readonly #shapes = new Map<string, [key: string, before: string][]>();

  of(record: object): string | Promise<string> {
    const text = this.#canonical(record as Record<string, unknown>);
    if (this.#hash !== undefined) return this.#hash(text).slice(0, ID_LENGTH);
    return crypto.subtle
      .digest("SHA-256", new TextEncoder().encode(text))
      .then((digest) => base64url(new Uint8Array(digest, 0, 8)).slice(0, ID_LENGTH));
  }

  #canonical(record: Record<string, unknown>): string {
    const keys = Object.keys(record);
    const shape = JSON.stringify(keys);
    let members = this.#shapes.get(shape);
    if (members === undefined) {
      members = keys.sort().map((key) => [key, `${JSON.stringify(key)}:`]);
      if (this.#shapes.size < MOST_SHAPES) this.#shapes.set(shape, members);
    }
    let text = "{";
    for (const [key, before] of members)
      text += `${text === "{" ? "" : ","}${before}${canonical(record[key])}`;
    return `${text}}`;
  }
}

/** SHA-256 in base64url. Undefined in runtimes without Node's modules. */
function syncHash(): ((text: string) => string) | undefined {
  const { createHash } = globalThis.process?.getBuiltinModule?.("node:crypto") ?? {};
  return createHash && ((text) => createHash("sha256").update(text).digest("base64url"));
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const record = value as Record<string, unknown>;
  const members = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`);
  return `{${members.join()}}`;
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
