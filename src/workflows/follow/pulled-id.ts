import { sha256 } from "../../shared/sha256.js";

/** The length of an id, in characters. Ids are compared within ten seconds of records. */
export const ID_LENGTH = 10;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * The id of a pulled record, because Konnect gives it none: 60 bits of the SHA-256 of its members, in any order, in base64url. Not
 * `recordId`: that is of a line, and pulled records are objects.
 */
export function pulledId(record: object): string {
  const hex = sha256(canonical(record));
  let id = "";
  for (let at = 0; at < 15; at += 3) {
    const bits = Number.parseInt(hex.slice(at, at + 3), 16);
    id += ALPHABET.charAt(bits >> 6) + ALPHABET.charAt(bits & 63);
  }
  return id;
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
