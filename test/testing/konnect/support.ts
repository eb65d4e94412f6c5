import { createPublicKey, verify } from "node:crypto";
import { expect } from "vitest";
import { extractSignature, KonnectClient, type KonnectClientOptions } from "../../../src/index.js";
import { type StartKonnectOptions, startKonnect } from "../../../src/testing/index.js";
import { cleanup } from "../../support/cleanup.js";
import { describedFetch } from "../../support/description.js";
import { startListener } from "../../support/listener.js";

/** A Konnect, a SIEM, and the way between them. */
export async function start(
  options: StartKonnectOptions & { logFormat?: "cef" | "json" | "cps"; statuses?: number[] } = {},
) {
  const { logFormat = "cef", statuses, ...rest } = options;
  const listener = await startListener(statuses);
  const server = await startKonnect({ timeScale: 0.001, ...rest });
  cleanup(listener.close);
  cleanup(() => server.close());
  const konnect = new KonnectClient({ baseUrl: server.url, token: server.token, userAgent: "test/1.0" });
  const enable = async () => {
    const authorization = "Splunk secret-0123456789";
    const input = { name: "S", endpoint: listener.url, authorization, log_format: logFormat };
    const destination = await konnect.createDestination(input);
    await konnect.enableWebhook(destination.id);
    return destination;
  };
  return { server, listener, konnect, enable };
}

export async function verified(konnect: KonnectClient, line: string): Promise<boolean> {
  const { keys } = await konnect.getSigningKeys();
  const found = extractSignature(line);
  const key = createPublicKey({ key: keys[0] as never, format: "jwk" });
  expect(found?.signature).toHaveLength(86);
  return verify(null, Buffer.from(found!.signedPayload), key, Buffer.from(found!.signature, "base64url"));
}

/** A Konnect and a SIEM; each request and answer has to fit the description. */
export async function startDescribed(
  options: StartKonnectOptions = {},
  clientOptions: KonnectClientOptions = {},
) {
  const server = await startKonnect({ timeScale: 0.01, ...options });
  const listener = await startListener();
  cleanup(listener.close);
  cleanup(() => server.close());
  const client = (more: KonnectClientOptions = {}) =>
    new KonnectClient({
      baseUrl: server.url,
      token: server.token,
      fetch: describedFetch,
      retry: false,
      ...clientOptions,
      ...more,
    });
  const input = { name: "S", endpoint: listener.url, authorization: "Bearer x", log_format: "cef" } as const;
  return { server, listener, konnect: client(), client, input };
}
export const UNKNOWN = "7f9fd312-a987-4628-b4c5-bb4f4fddd5f7";
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for what is about to be so. */
export async function eventually<T>(look: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    await wait(2);
  }
}
