import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type Batch, createReceiver, readDelivery } from "../../src/receiver/index.js";
import { createVerifier } from "../../src/signature/index.js";
import { auditRecords, createSigner } from "../../src/testing/index.js";
import { rejection } from "../support/konnect.js";

const signer = createSigner("delivery");
const verifier = createVerifier({ keys: signer.jwks });
const lines = [...auditRecords(20, { signer, seed: "delivery" })];
const body = gzipSync(lines.join("\n"));
const open = { authorization: false } as const;

describe("readDelivery", () => {
  it("reads the batch that a receiver gets of the same body", async () => {
    const batches: unknown[] = [];
    const receiver = createReceiver({ ...open, verifier, onBatch: (batch) => void batches.push(batch) });
    await receiver.fetch(new Request("http://x/", { method: "POST", body }));
    const batch = await readDelivery(body, { ...open, verifier, contentEncoding: "application/gzip" });
    expect(batch.records.map(({ text }) => text)).toEqual(lines);
    expect(batch.records.map(({ verification }) => verification?.status)).toEqual(lines.map(() => "valid"));
    expect(batch.id).toBe((batches[0] as Batch).id);
  });

  it("has no verification without a verifier, and drops what the filter refuses", async () => {
    const { records } = await readDelivery(body, { ...open, filter: ({ type }) => type === "authorization" });
    expect(records).toHaveLength(lines.filter((line) => line.includes("|Authz.")).length);
    for (const { event, verification } of records)
      expect({ type: event?.type, verification }).toEqual({ type: "authorization", verification: undefined });
  });

  it("checks the Authorization, also during a rotation", async () => {
    const expected = ["Bearer new", "Bearer old"];
    for (const received of expected)
      expect((await readDelivery(body, { authorization: { expected, received } })).records).toHaveLength(20);
    for (const received of ["Bearer other", "", null, undefined]) {
      const error = await rejection(readDelivery(body, { authorization: { expected, received } }));
      expect(error).toMatchObject({ code: "unauthorized" });
      expect(String(error)).not.toMatch(/new|old|Bearer o/);
    }
  });

  it.each([
    ["delivery_broken", body.subarray(0, 40), {}],
    ["delivery_broken", Buffer.from([0, 1, 2]), {}],
    ["delivery_too_large", body, { maxBodyBytes: 10 }],
    ["delivery_too_large", body, { maxInflatedBytes: 10 }],
    ["delivery_too_large", body, { maxLineBytes: 10 }],
    ["delivery_too_large", body, { maxRecords: 2 }],
  ])("throws %s", async (code, bytes, limits) => {
    expect(await rejection(readDelivery(bytes, { ...open, limits }))).toMatchObject({ code });
  });

  it.each([
    [undefined],
    [{}],
    [{ authorization: "Bearer x" }],
    [{ authorization: { expected: "", received: "x" } }],
    [{ authorization: { expected: [], received: "x" } }],
    [{ ...open, verifier: {} }],
    [{ ...open, filter: 1 }],
    [{ ...open, limits: { maxBodybytes: 1 } }],
    [{ ...open, limits: { maxBodyBytes: 0 } }],
    [{ ...open, encoding: "gzip" }],
  ])("refuses the options %j", async (options) => {
    expect(await rejection(readDelivery(body, options as never))).toMatchObject({
      code: "invalid_options",
      message: expect.stringMatching(/^readDelivery: /),
    });
  });

  it.each([["text"], [null], [new ArrayBuffer(3)]])("refuses a body that is not bytes: %j", async (given) => {
    expect(await rejection(readDelivery(given as never, open))).toMatchObject({ code: "invalid_input" });
  });
});
