import type { EnvHttpProxyAgent } from "undici";

const PROXY = /^https?_proxy$/i;

/** Whether the environment names a proxy. */
function hasProxy(): boolean {
  return Object.entries(process.env).some(([name, value]) => PROXY.test(name) && value);
}

let shared: Promise<{ fetch: typeof fetch; dispatcher: EnvHttpProxyAgent }> | undefined;

/**
 * The `fetch` of the command line: the global one, or where the environment names a proxy, one that sends through `HTTPS_PROXY` and
 * `HTTP_PROXY`, except to the hosts of `NO_PROXY`.
 */
export async function proxyFetch(url: string, init: RequestInit): Promise<Response> {
  if (!hasProxy()) return fetch(url, init);
  shared ??= import("undici").then((undici) => ({
    // It has the types of another copy of the same library.
    fetch: undici.fetch as unknown as typeof fetch,
    dispatcher: new undici.EnvHttpProxyAgent(),
  }));
  const { fetch: send, dispatcher } = await shared;
  return send(url, { ...init, dispatcher } as RequestInit);
}
