import { expect, it } from "vitest";
import {
  createFailureCounter,
  createVerifier,
  ensureWebhook,
  followAuditLogs,
  KonnectClient,
  parseCef,
  readAuditRecords,
  recoverGap,
  teardown,
  waitForReplay,
} from "../src/index.js";
import { createReceiver, type ReceiverOptions } from "../src/receiver/index.js";
import { auditRecord, auditRecords, createSigner, startKonnect } from "../src/testing/index.js";
import { auditEventSchema } from "../src/zod/index.js";

const nothing: undefined = undefined;

// That this file compiles under `exactOptionalPropertyTypes` is half of the test.
it("every option may be undefined, which is its default", async () => {
  const server = await startKonnect({ controlPlanes: nothing });
  try {
    const konnect = new KonnectClient({
      baseUrl: server.url,
      region: nothing,
      token: server.token,
      timeoutMs: nothing,
      retry: { retries: nothing, minTimeout: nothing, maxTimeout: nothing },
      fetch: nothing,
      destinationsApiVersion: nothing,
      globalUrl: nothing,
      logger: nothing,
      userAgent: process.env.NOT_SET,
    });
    const call = { signal: nothing, timeoutMs: nothing, retry: nothing };
    await konnect.listControlPlanes({ "page[size]": nothing, filter: { name: { contains: nothing } } }, call);
    await konnect.listDestinations({ name: process.env.NOT_SET, "page[size]": nothing }, call);
    await konnect.listAuditLogs(
      { since: nothing, until: nothing, type: nothing, "page[size]": nothing },
      call,
    );
    const wanted = { name: "x", endpoint: "https://x.test", authorization: "x", log_format: "cef" } as const;
    const job = { signal: nothing, portalId: process.env.NOT_SET, onProgress: nothing };
    const { destination } = await ensureWebhook(konnect, {
      ...wanted,
      ...job,
      replace: nothing,
      skip_ssl_verification: nothing,
    });
    await konnect.updateDestination(destination.id, {
      name: "y",
      endpoint: nothing,
      skip_ssl_verification: nothing,
    });
    await konnect.updateWebhook({ enabled: true, audit_log_destination_id: nothing });
    const window = { start_at: new Date(Date.now() - 60_000), end_at: new Date(Date.now() - 10_000) };
    await waitForReplay(konnect, {
      since: window.start_at,
      until: window.end_at,
      ...job,
      pollMs: 5,
      timeoutMs: nothing,
    });
    await recoverGap(konnect, {
      since: window.start_at,
      until: window.end_at,
      via: nothing,
      onRecord: nothing,
      pollMs: 5,
      ...job,
    });
    await teardown(konnect, {
      name: process.env.NOT_SET,
      destinationId: destination.id,
      timeoutMs: nothing,
      pollMs: 5,
      ...job,
    });
    const follow = followAuditLogs(konnect, {
      since: window.start_at,
      until: window.end_at,
      checkpoint: nothing,
      onLate: nothing,
      retry: { minTimeout: nothing },
    });
    for await (const _ of follow);
  } finally {
    await server.close();
  }
  const signer = createSigner("undefined");
  const line = auditRecord({
    signer,
    type: nothing,
    format: nothing,
    seed: nothing,
    at: nothing,
    escapeClientText: nothing,
  });
  expect([...auditRecords(1, { mix: nothing, seed: nothing, stepMs: nothing })]).toHaveLength(1);
  const verifier = createVerifier({ keys: signer.jwks, now: nothing });
  for await (const { verification } of verifier.verifyAll([line], {
    concurrency: nothing,
    workers: nothing,
    signal: nothing,
  }))
    expect(verification.status).toBe("valid");
  for await (const { event } of readAuditRecords(line, { maxLineBytes: nothing }))
    expect(event?.type).toBe("authorization");
  parseCef(line, { strict: nothing, keys: nothing });
  createFailureCounter({ by: nothing, threshold: nothing, windowMs: nothing, maxKeys: nothing });
  expect(auditEventSchema.safeParse({}).success).toBe(false);
  const options: ReceiverOptions = {
    authorization: "x",
    onBatch: () => {},
    ...{ verifier: nothing, requireValid: nothing, filter: nothing, onRejected: nothing, logger: nothing },
    ...{ maxBodyBytes: nothing, maxInflatedBytes: nothing, maxLineBytes: nothing, maxRecords: nothing },
    ...{ maxConcurrent: nothing, bodyTimeoutMs: nothing, handlerTimeoutMs: nothing },
  };
  const receiver = createReceiver(options);
  const request = new Request("http://x/", { method: "POST", headers: { authorization: "x" }, body: line });
  expect((await receiver.fetch(request)).status).toBe(204);
});
