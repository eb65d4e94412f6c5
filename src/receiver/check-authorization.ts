import { createHash, timingSafeEqual } from "node:crypto";
import { KonnectError } from "../errors.js";
import { checkAuthorization } from "./limits.js";
import type { AuthorizationSource } from "./options.js";

/** Judges the headers of deliveries by what is expected now. */
export interface Guard {
  isAuthorized(header: Header): boolean;
  /** The headers of a 401. */
  unauthorized: Record<string, string>;
}

type Header = string | null | undefined;

/** A guard for each delivery. The credentials of a function are asked for and checked each time. */
export function createGuard(source: AuthorizationSource | false): () => Guard {
  const guardOf = (expected: string | readonly string[] | false): Guard => ({
    isAuthorized: createAuthorizer(expected),
    unauthorized: challenge(expected),
  });
  if (typeof source !== "function") {
    const fixed = guardOf(source);
    return () => fixed;
  }
  return () => {
    const expected = source();
    checkAuthorization(expected, "authorization", (problem) => {
      throw new KonnectError("invalid_options", `createReceiver: ${problem}`);
    });
    return guardOf(expected);
  };
}

/** Checks whether a header is one of the credentials, in a time that does not depend on them. */
export function createAuthorizer(expected: string | readonly string[] | false): (header: Header) => boolean {
  if (expected === false) return () => true;
  // timingSafeEqual needs inputs of equal length, which digests have.
  const digests = credentials(expected).map(digest);
  return (header) => {
    // Node decodes headers as Latin-1 (RFC 9110, 5.5), but many senders write UTF-8.
    const readings = [header ?? "", Buffer.from(header ?? "", "latin1").toString()].map(digest);
    let isOne = false;
    // Compares all of them, even after a match.
    for (const one of digests) for (const reading of readings) isOne = timingSafeEqual(reading, one) || isOne;
    return isOne && header !== null && header !== undefined;
  };
}

/** The header of a 401. It names a scheme only if every credential is a bearer token, to reveal nothing of other ones. */
function challenge(expected: string | readonly string[] | false): Record<string, string> {
  const isBearer = expected !== false && credentials(expected).every((one) => /^bearer /i.test(one));
  return isBearer ? { "www-authenticate": "Bearer" } : {};
}

function credentials(expected: string | readonly string[]): readonly string[] {
  return typeof expected === "string" ? [expected] : expected;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
