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
  const errors = chain(thrown);
  for (const error of errors) {
    const code = read(error, "code");
    if (typeof code !== "string") continue;
    if (UNOPENED.has(code)) return "unopened";
    if (LOST.has(code)) return "lost";
    coded = true;
  }
  // A code that is none of these, such as that of a bad certificate, does not get better by trying again.
  const [outer] = errors;
  if (coded || outer === undefined || read(outer, "name") !== "TypeError") return undefined;
  const message = read(outer, "message");
  return typeof message === "string" && MESSAGES.test(message) ? "lost" : undefined;
}

/** An error and its causes. */
function chain(thrown: unknown): Error[] {
  const errors: Error[] = [];
  for (let error = thrown; error instanceof Error && errors.length < 5; error = read(error, "cause"))
    errors.push(error);
  return errors;
}

/** A member of an error. Whoever threw it may have put anything there, a getter that throws included. */
export function read(error: Error, member: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[member];
  } catch {
    return undefined;
  }
}
