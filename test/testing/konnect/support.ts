import { createPublicKey, verify } from "node:crypto";
import { expect } from "vitest";
import { extractSignature, type KonnectClient, type KonnectClientOptions } from "../../../src/index.js";
import type { StartKonnectOptions } from "../../../src/testing/index.js";
import { describedFetch } from "../../support/description.js";
import { startSimulator } from "../../support/simulator.js";

/** A simulator, a collector, and a function that enables delivery. */
export async function start(
  options: StartKonnectOptions & { logFormat?: "cef" | "json" | "cps"; statuses?: number[] } = {},
) {
  const { logFormat = "cef", statuses, ...rest } = options;
  const { server, listener, konnect } = await startSimulator(rest, { userAgent: "test/1.0" }, statuses);
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

/** A simulator and a collector. Each request and response must match the description. */
export async function startDescribed(
  options: StartKonnectOptions = {},
  clientOptions: KonnectClientOptions = {},
) {
  const started = await startSimulator(
    { timeScale: 0.01, ...options },
    { fetch: describedFetch, retry: false, ...clientOptions },
  );
  const endpoint = started.listener.url;
  const input = { name: "S", endpoint, authorization: "Bearer x", log_format: "cef" } as const;
  return { ...started, input };
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
