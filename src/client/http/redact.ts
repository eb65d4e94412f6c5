import { KonnectError } from "../../errors.js";
import { read } from "./network-error.js";

/** A shorter secret may be part of ordinary text, so it is replaced as a whole word only. */
const SHORT = 6;
/** The form of Konnect's access tokens. */
const ACCESS_TOKEN = /\b[ks]pat_[\w-]+/gi;

/**
 * The secrets of one call: the access token, and the `authorization` in the body, in every encoding in which servers and fetch
 * functions repeat them. Every text of an error passes through `redact`.
 */
export class Secrets {
  readonly #spellings = new Set<string>();

  /** Adds a credential: the whole text, the part after its scheme (`Bearer x`), and the decoded parts of `Basic`. */
  add(credential: string): void {
    const whole = credential.trim();
    const [, scheme = "", rest = ""] = /^(\S+)\s+(.+)$/s.exec(whole) ?? [];
    const decoded = scheme.toLowerCase() === "basic" ? fromBase64(rest) : "";
    const password = decoded.slice(decoded.indexOf(":") + 1);
    for (const value of [credential, whole, rest, decoded, password])
      for (const spelling of spellingsOf(value)) if (spelling !== "") this.#spellings.add(spelling);
  }

  /** Adds the `authorization` of a request body, if it has one. */
  addFromBody(body: string): void {
    try {
      const { authorization } = JSON.parse(body);
      if (typeof authorization === "string") this.add(authorization);
    } catch {
      // Not JSON, so not a body of this API.
    }
  }

  redact(text: string, shortest = 1): string {
    let safe = text.replace(ACCESS_TOKEN, "[redacted]");
    for (const value of [...this.#spellings].sort((a, b) => b.length - a.length)) {
      if (value.length < shortest || !safe.includes(value)) continue;
      safe = value.length < SHORT ? replaceWord(safe, value) : safe.replaceAll(value, "[redacted]");
    }
    return safe;
  }

  /** Parses JSON, with every secret removed from its texts. */
  redactJson(text: string): unknown {
    return JSON.parse(text, (_, value) => {
      if (typeof value === "string") return this.redact(value);
      if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
      // Short secrets stay in names: removed from `detail` or `status`, they would hide the whole problem.
      const entries = Object.entries(value).map(([name, inner]) => [this.redact(name, 8), inner]);
      return Object.fromEntries(entries);
    });
  }

  /** A copy of an error with its name, message, code, stack and causes, and nothing else. */
  redactError(thrown: unknown, depth = 0): unknown {
    if (typeof thrown === "string") return this.redact(thrown);
    if (!(thrown instanceof Error)) return undefined;
    const { name, message, stack, cause, code } = readError(thrown);
    const inner = depth < 5 ? this.redactError(cause, depth + 1) : undefined;
    const options = inner === undefined ? undefined : { cause: inner };
    const isClean = [name, message, stack, code].every((text) => this.redact(text) === text);
    if (isClean && inner === cause && this.#isPlain(thrown)) return thrown;
    if (thrown instanceof KonnectError) return this.redactKonnectError(thrown, options);
    const copy = new Error(this.redact(message), options);
    for (const [member, value] of Object.entries({ name, stack }))
      Object.defineProperty(copy, member, { value: this.redact(value), configurable: true, writable: true });
    return code === "" ? copy : Object.assign(copy, { code: this.redact(code) });
  }

  /** Whether an error has simple values only, and none of them a secret. An object may hold anything, so its error is copied. */
  #isPlain(thrown: Error): boolean {
    try {
      if (!/^\[object \w*Error\]$/.test(Object.prototype.toString.call(thrown))) return false;
      return Object.entries(Object.getOwnPropertyDescriptors(thrown)).every(([name, { value, get }]) => {
        // V8 may make an accessor of it.
        if (name === "stack") return true;
        if (get !== undefined) return false;
        if (typeof value === "string") return this.redact(value) === value;
        return name === "cause" || Object(value) !== value;
      });
    } catch {
      return false;
    }
  }

  /** A copy of a KonnectError, which a custom `fetch` may have thrown, with its code and without secrets. */
  redactKonnectError(thrown: KonnectError, options?: ErrorOptions): KonnectError {
    const { message, cause } = readError(thrown);
    const inner = options ?? { cause: this.redactError(cause, 1) };
    return new KonnectError(thrown.code, this.redact(message), inner.cause === undefined ? undefined : inner);
  }
}

/** The texts of an error, whose members may be anything. */
function readError(
  thrown: Error,
): Record<"name" | "message" | "stack" | "code", string> & { cause: unknown } {
  const text = (member: string) => {
    const value = read(thrown, member);
    return typeof value === "string" ? value : "";
  };
  const [name, message, stack, code] = [text("name"), text("message"), text("stack"), text("code")];
  return { name, message, stack, code, cause: read(thrown, "cause") };
}

function spellingsOf(value: string): string[] {
  const bytes = String.fromCharCode(...new TextEncoder().encode(value));
  const base64 = btoa(bytes);
  const bare = base64.replace(/=+$/, "");
  return [
    value,
    ...percentEncodings(value),
    JSON.stringify(value).slice(1, -1),
    base64,
    bare,
    bare.replaceAll("+", "-").replaceAll("/", "_"),
  ];
}

function percentEncodings(value: string): string[] {
  try {
    const upper = encodeURIComponent(value);
    const lower = upper.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
    return [upper, lower, upper.replaceAll("%20", "+"), lower.replaceAll("%20", "+")];
  } catch {
    // Half of a surrogate pair cannot be encoded.
    return [];
  }
}

function fromBase64(text: string): string {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return "";
  }
}

function replaceWord(text: string, word: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, "gu"), "[redacted]");
}
