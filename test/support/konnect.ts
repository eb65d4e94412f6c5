import nock from "nock";
import { afterEach, beforeEach } from "vitest";
import { KonnectClient, type KonnectClientOptions } from "../../src/index.js";

export const HOST = "https://us.api.konghq.com";
export const TOKEN = "kpat_secret0123456789";
export const DESTINATION_ID = "7f9fd312-a987-4628-b4c5-bb4f4fddd5f7";

/** A client whose retries do not wait. */
export function client(options: KonnectClientOptions = {}): KonnectClient {
  return new KonnectClient({
    token: TOKEN,
    region: "us",
    retry: { minTimeout: 0, maxTimeout: 0 },
    ...options,
  });
}

/** A client over a fetch function of the test's own, and the requests that reached it. */
export function clientOver(
  answer: (request: Request, attempt: number) => Response | Promise<Response>,
  options: KonnectClientOptions = {},
): { konnect: KonnectClient; requests: Request[] } {
  const requests: Request[] = [];
  const konnect = client({
    fetch: async (url, init) => {
      const request = new Request(url, init);
      requests.push(request);
      return answer(request, requests.length);
    },
    ...options,
  });
  return { konnect, requests };
}

export const input = {
  name: "SIEM",
  endpoint: "https://siem.example.com/logs",
  authorization: "Splunk 0123456789-secret",
  log_format: "cef",
} as const;

export function controlPlanes(number: number, size: number, total: number) {
  const count = Math.max(0, Math.min(size, total - (number - 1) * size));
  const data = Array.from({ length: count }, (_, i) => ({
    id: `plane-${(number - 1) * size + i}`,
    name: "x",
  }));
  return { data, meta: { page: { number, size, total } } };
}

/** The error that a promise is rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("not rejected");
}

/** Calls reach no network in this file's tests, and each that is announced has to come. */
export function useNock(): void {
  beforeEach(() => {
    // Another file may have put the fetch back that it found.
    nock.restore();
    nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    const left = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    if (left.length > 0) throw new Error(`never called: ${left.join(", ")}`);
  });
}

/** Announces calls with the token of the tests. */
export const announce = () => nock(HOST, { reqheaders: { authorization: `Bearer ${TOKEN}` } });
