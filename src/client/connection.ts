/** What became of a connection: `unopened`: the request surely had no effect; `lost`: it may have had one. */
export type ConnectionTrouble = "unopened" | "lost";

/** Codes of Node's sockets and resolver, of undici, and of Bun. */
const UNOPENED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
]);
const LOST = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_CLOSED",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ConnectionClosed",
]);
/** What browsers and worker runtimes say, who give no code. */
const MESSAGES =
  /^(fetch failed|terminated|failed to fetch|load failed|network error|network connection lost|networkerror when|error sending request)/i;

/** Tells trouble with a connection from other things that a fetch function throws; undefined for those. */
export function connectionTrouble(thrown: unknown): ConnectionTrouble | undefined {
  let coded = false;
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== "string") continue;
    if (UNOPENED.has(code)) return "unopened";
    if (LOST.has(code)) return "lost";
    coded = true;
  }
  // A code that is none of these, such as that of a bad certificate, does not get better by trying again.
  if (coded || !(thrown instanceof Error) || thrown.name !== "TypeError") return undefined;
  return MESSAGES.test(thrown.message) ? "lost" : undefined;
}
