import { describe, expect, it } from "vitest";
import { LazyRecord, type ReceivedRecord } from "../../src/receiver/batch.js";
import { partition } from "../../src/receiver/partition.js";
import { createVerifier, type Verifier } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";
import { rejection } from "../support/konnect.js";

const signer = createSigner("verify records");
const record = (text: string) => new LazyRecord(Buffer.from(text));
const pulled = JSON.stringify({ ts: "2026-11-25T10:00:00Z", type: "authorization", signature: "x" });
async function verified(records: LazyRecord[], verifier: Verifier) {
  for (const record of records) record.verification = await verifier.verify(record.bytes);
  return records;
}
const statuses = (records: readonly ReceivedRecord[]) =>
  records.map(({ verification }) => verification?.status);

describe("partition", () => {
  it("separates with requireValid, and rejects a pulled record, which never gets a verdict", async () => {
    const records = [record(pulled), record(auditRecord({ signer })), record("garbage")];
    const verifier = createVerifier({ keys: signer.jwks });
    const { good, bad } = partition(await verified(records, verifier));
    expect(statuses(good)).toEqual(["valid"]);
    expect(bad).toEqual([records[0], records[2]]);
  });

  it("fails, so that Konnect retries, where the keys are missing, and says why", async () => {
    const cause = new Error("no route to host");
    const verifier = createVerifier({ keys: () => Promise.reject(cause) });
    const records = [record(auditRecord({ signer }))];
    const judged = await verified(records, verifier);
    const error = await rejection((async () => partition(judged))());
    expect(error).toMatchObject({
      code: "undecided",
      message: expect.stringMatching(/keys_unavailable.*no route/),
      cause,
    });
  });
});
