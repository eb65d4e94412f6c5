import { createHash, timingSafeEqual } from "node:crypto";

type Header = string | null | undefined;

/** Tells whether a header holds one of the credentials, in a time that reveals nothing about them. */
export function createAuthorizer(expected: string | readonly string[] | false): (header: Header) => boolean {
  if (expected === false) return () => true;
  // Digests have one length, which the comparison needs.
  const digests = credentials(expected).map(digest);
  return (header) => {
    // HTTP gives the bytes of a header as Latin-1 (RFC 9110, 5.5); many senders write UTF-8.
    const readings = [header ?? "", Buffer.from(header ?? "", "latin1").toString()].map(digest);
    let isOne = false;
    // All of them, whichever matches.
    for (const one of digests) for (const reading of readings) isOne = timingSafeEqual(reading, one) || isOne;
    return isOne && header !== null && header !== undefined;
  };
}

/** The header of a 401. It claims a scheme only where each credential is a bearer token: others would be given away. */
export function challenge(expected: string | readonly string[] | false): Record<string, string> {
  const isBearer = expected !== false && credentials(expected).every((one) => /^bearer /i.test(one));
  return isBearer ? { "www-authenticate": "Bearer" } : {};
}

function credentials(expected: string | readonly string[]): readonly string[] {
  return typeof expected === "string" ? [expected] : expected;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
