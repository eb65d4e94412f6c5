import { describe, expect, it } from "vitest";
import { LazyRecord } from "../../src/receiver/batch.js";
import { verifyRecords } from "../../src/receiver/verify-records.js";
import { createVerifier } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";
import { rejection } from "../support/konnect.js";

const signer = createSigner("verify records");
const record = (text: string) => new LazyRecord(Buffer.from(text));
const never = new AbortController().signal;
const pulled = JSON.stringify({ ts: "2026-11-25T10:00:00Z", type: "authorization", signature: "x" });
const statuses = (records: LazyRecord[]) => records.map(({ verification }) => verification?.status);

describe("verifyRecords", () => {
  it("gives every record to the handler without a verifier, and with one that only reports", async () => {
    const records = [record(auditRecord({ signer })), record("garbage"), record(pulled)];
    expect(await verifyRecords(records, { verifier: undefined, requireValid: false }, never)).toEqual({
      good: records,
      bad: [],
    });
    const verifier = createVerifier({ keys: signer.jwks });
    const reported = await verifyRecords(records, { verifier, requireValid: false }, never);
    expect(reported).toEqual({ good: records, bad: [] });
    expect(statuses(records)).toEqual(["valid", "malformed", "unverifiable"]);
  });

  it("separates with requireValid, and rejects a pulled record, which never gets a verdict", async () => {
    const records = [record(pulled), record(auditRecord({ signer })), record("garbage")];
    const verifier = createVerifier({ keys: signer.jwks });
    const { good, bad } = await verifyRecords(records, { verifier, requireValid: true }, never);
    expect(statuses(good)).toEqual(["valid"]);
    expect(bad).toEqual([records[0], records[2]]);
  });

  it("fails, so that Konnect retries, where the keys are missing, and says why", async () => {
    const cause = new Error("no route to host");
    const verifier = createVerifier({ keys: () => Promise.reject(cause) });
    const records = [record(auditRecord({ signer }))];
    const error = await rejection(verifyRecords(records, { verifier, requireValid: true }, never));
    expect(error).toMatchObject({
      code: "connection",
      message: expect.stringMatching(/keys_unavailable.*no route/),
      cause,
    });
  });

  it("ends with its signal", async () => {
    const verifier = createVerifier({ keys: signer.jwks });
    const records = Array.from({ length: 300 }, () => record("garbage"));
    const aborted = verifyRecords(records, { verifier, requireValid: false }, AbortSignal.abort());
    expect(await rejection(aborted)).toMatchObject({ code: "aborted" });
  });
});
