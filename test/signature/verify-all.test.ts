import { afterEach, describe, expect, it, vi } from "vitest";
import { createVerifier, type Verification } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";

const FORMATS = ["cef", "json", "cps"] as const;
const signer = createSigner("verify");
const keys = signer.jwks;
const verifier = createVerifier({ keys });

afterEach(() => {
  vi.restoreAllMocks();
});

describe("verifyAll", () => {
  it("gives each record and its verification, in order, on threads and without", async () => {
    const lines = Array.from({ length: 700 }, (_, i) => {
      const format = FORMATS[i % 3]!;
      if (i % 50 === 7) return auditRecord({ seed: i, format, signer: createSigner("forger") });
      if (i % 50 === 9) return auditRecord({ seed: i, format });
      if (i % 50 === 11) return `garbage ${i}`;
      if (i % 50 === 12) return `{"event":${auditRecord({ seed: i, format: "json", signer })}}`;
      return auditRecord({ seed: i, format, signer });
    });
    const alone = await Promise.all(lines.map((line) => verifier.verify(line)));
    for (const options of [
      { workers: 2 },
      { workers: 0 },
      {},
      { concurrency: 1 },
      { concurrency: 300, workers: 1 },
    ]) {
      const seen: string[] = [];
      const verifications: Verification[] = [];
      for await (const { line, verification } of verifier.verifyAll(lines, options)) {
        seen.push(line);
        verifications.push(verification);
      }
      expect(seen).toEqual(lines);
      expect(verifications).toEqual(alone);
    }
  });

  it("holds no more than it may, however long the source", async () => {
    let taken = 0;
    const line = auditRecord({ signer });
    function* endless() {
      for (;;) {
        taken++;
        yield line;
      }
    }
    let given = 0;
    for await (const { verification } of verifier.verifyAll(endless(), { concurrency: 512 })) {
      expect(verification.status).toBe("valid");
      if (++given === 2000) break;
      expect(taken - given).toBeLessThanOrEqual(1024);
    }
  });

  it("ends when it is aborted, and hands on what its source throws", async () => {
    const line = auditRecord({ signer });
    const controller = new AbortController();
    const walk = async (records: Iterable<string>, signal?: AbortSignal) => {
      for await (const _ of verifier.verifyAll(records, signal === undefined ? {} : { signal }))
        controller.abort(new Error("enough"));
    };
    await expect(
      walk(
        Array.from({ length: 5000 }, () => line),
        controller.signal,
      ),
    ).rejects.toThrow("enough");
    function* broken() {
      yield line;
      throw new Error("disk");
    }
    await expect(walk(broken())).rejects.toThrow("disk");
  });
});
