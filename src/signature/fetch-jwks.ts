import { KonnectError } from "../errors.js";
import type { JsonWebKeySet } from "../shared/json-web-key.js";
import { readBody } from "../shared/streams.js";

/** The time limit of a fetch, in ms, and the most bytes of a key set. */
const TIMEOUT = 10_000;
const MAX_BYTES = 2 ** 20;

/**
 * Fetches a key set (JWKS). Does not follow redirects, which would let another server choose the keys.
 *
 * @throws {@link KonnectError} `connection`, `timeout`, or `invalid_response` if the body is not a key set
 */
export async function fetchKeys(url: string): Promise<JsonWebKeySet> {
  const { origin, pathname } = new URL(url);
  const place = `GET ${origin}${pathname}`;
  let answer: { status: number; body: Uint8Array | undefined };
  try {
    // Not `redirect: "error"`, which Cloudflare Workers does not support.
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) });
    const body = response.ok ? await readBody(response, MAX_BYTES) : undefined;
    if (!response.ok) response.body?.cancel().catch(() => {});
    answer = { status: response.status, body };
  } catch (cause) {
    const isTimeout = cause instanceof Error && cause.name === "TimeoutError";
    if (isTimeout) throw new KonnectError("timeout", `${place} timed out after ${TIMEOUT} ms`, { cause });
    throw new KonnectError("connection", `${place} failed: check that the URL is reachable`, { cause });
  }
  const { status, body } = answer;
  if (status < 200 || status > 299)
    throw new KonnectError(
      "invalid_response",
      `${place} answered ${status === 0 ? "a redirect" : status}: pass the final URL of the key set`,
    );
  if (body === undefined)
    throw new KonnectError("invalid_response", `${place} answered more than ${MAX_BYTES} bytes`);
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new KonnectError("invalid_response", `${place} answered a body that is not JSON`, { cause });
  }
}
