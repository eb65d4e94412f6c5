/** How a connection failed. `unopened`: the request had no effect; `lost`: it may have had one. */
export type ConnectionTrouble = "unopened" | "lost";

/** Error codes of Node's sockets and resolver, of undici, and of Bun. */
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
/** Messages of browsers and worker runtimes, whose errors have no code. */
const MESSAGES =
  /^(fetch failed|terminated|failed to fetch|load failed|network error|network connection lost|networkerror when|error sending request)/i;

/** Classifies a failed connection. Undefined for anything else that a fetch function throws. */
export function connectionTrouble(thrown: unknown): ConnectionTrouble | undefined {
  let coded = false;
  const errors = chain(thrown);
  for (const error of errors) {
    const code = read(error, "code");
    if (typeof code !== "string") continue;
    if (UNOPENED.has(code)) return "unopened";
    if (LOST.has(code)) return "lost";
    coded = true;
  }
  // A retry does not help with any other code, such as that of a bad certificate.
  const [outer] = errors;
  if (coded || outer === undefined || read(outer, "name") !== "TypeError") return undefined;
  const message = read(outer, "message");
  return typeof message === "string" && MESSAGES.test(message) ? "lost" : undefined;
}

/** An error, and its causes. */
function chain(thrown: unknown): Error[] {
  const errors: Error[] = [];
  for (let error = thrown; error instanceof Error && errors.length < 5; error = read(error, "cause"))
    errors.push(error);
  return errors;
}

/** Reads a member of an error. It may be anything, even a getter that throws. */
export function read(error: Error, member: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[member];
  } catch {
    return undefined;
  }
}
