import { KonnectError } from "../errors.js";
import { KonnectApiError } from "../shared/api-error.js";
import { readBody } from "../shared/streams.js";

/** The most bytes of a key set. */
const MAX_BYTES = 2 ** 20;

/** How a key set is fetched. */
export interface FetchKeysOptions {
  /** Default: the global `fetch`, looked up for each request. */
  fetch: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  headers: Record<string, string> | undefined;
  /** In ms. */
  timeoutMs: number;
}

/**
 * Fetches the bytes of a key set (JWKS). Does not follow redirects, which would let another server choose the keys.
 *
 * @throws {@link KonnectError} `connection`, `timeout`, `api` for an error status, `invalid_response` for a redirect and a body over
 * 1 MiB
 */
export async function fetchKeys(url: string, options: FetchKeysOptions): Promise<Uint8Array> {
  const { fetch = globalThis.fetch, headers = {}, timeoutMs } = options;
  const { origin, pathname } = new URL(url);
  const place = `GET ${origin}${pathname}`;
  let response: Response;
  let body: Uint8Array | undefined;
  try {
    // Not `redirect: "error"`, which Cloudflare Workers does not support.
    response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    if (response.ok) body = await readBody(response, MAX_BYTES);
    else response.body?.cancel().catch(() => {});
  } catch (cause) {
    const isTimeout = cause instanceof Error && cause.name === "TimeoutError";
    if (isTimeout) throw new KonnectError("timeout", `${place} timed out after ${timeoutMs} ms`, { cause });
    throw new KonnectError("connection", `${place} failed: check that the URL is reachable`, { cause });
  }
  const { status, statusText, ok } = response;
  if (status >= 400)
    throw new KonnectApiError({
      method: "GET",
      path: origin + pathname,
      status,
      statusText,
      problem: undefined,
      note: "",
      hints: false,
    });
  const refuse = (problem: string) => new KonnectError("invalid_response", `${place} answered ${problem}`);
  if (!ok) throw refuse(`${status === 0 ? "a redirect" : status}: pass the final URL of the key set`);
  if (body === undefined) throw refuse(`more than ${MAX_BYTES} bytes`);
  return body;
}
