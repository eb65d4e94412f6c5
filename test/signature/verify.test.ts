import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createVerifier, type KeySet, KonnectError, type Verification } from "../../src/signature/index.js";
import { auditRecord, createSigner, samples } from "../../src/testing/index.js";

const FORMATS = ["cef", "json", "cps"] as const;
const signer = createSigner("verify");
const keys = signer.jwks;
const kid = keys.keys[0]!.kid;
const verifier = createVerifier({ keys });
const statusOf = async (record: string | Uint8Array, of = verifier) => (await of.verify(record)).status;

afterEach(() => {
  vi.restoreAllMocks();
});

describe("verify", () => {
  it.each(FORMATS)(
    "finds what the signer signed valid: %s, as text and as bytes, with a line break behind",
    async (format) => {
      const valid = format === "cps" ? { status: "valid", kid, covers: "wrapper" } : { status: "valid", kid };
      for (const type of ["authentication", "authorization", "access"] as const) {
        const line = auditRecord({ type, format, signer, user_agent: "ünïcode 日本 sig=x" });
        expect(await verifier.verify(line)).toEqual(valid);
        expect(await verifier.verify(`${line}\r\n`)).toEqual(valid);
        expect(await verifier.verify(new TextEncoder().encode(line))).toEqual(valid);
      }
    },
  );

  it("takes bytes that are no UTF-8 as they are", async () => {
    const record = Buffer.concat([
      Buffer.from("CEF:0|a|b|c|d|e|1|user_agent="),
      Buffer.from([0xff, 0xc0, 0x80]),
    ]);
    const signed = signer.sign(record);
    expect(await statusOf(signed)).toBe("valid");
    expect(await statusOf(new TextDecoder().decode(signed))).toBe("invalid");
  });

  it("takes a CPS record that was signed without its wrapper, and says so; with nothing else in it", async () => {
    const inner = signer.sign(auditRecord({ format: "json" }));
    expect(await verifier.verify(`{"event":${inner}}`)).toEqual({ status: "valid", kid, covers: "event" });
    expect(await verifier.verify(`{ "event" : ${inner} }`)).toEqual({
      status: "valid",
      kid,
      covers: "event",
    });
    expect(await statusOf(`{"event":${inner},"org_id":"forged"}`)).toBe("unsigned");
    expect(await statusOf(`{"org_id":"forged","event":${inner}}`)).toBe("unsigned");
  });

  it("tries every key, and skips those that are none", async () => {
    const others = createSigner("other").jwks.keys;
    const set = {
      keys: [
        null,
        {},
        { kty: "RSA", n: "x", e: "AQAB" },
        { kty: "OKP", crv: "X25519", x: keys.keys[0]!.x, kid: "x25519" },
        { kty: "EC", crv: "Ed25519", x: keys.keys[0]!.x, kid: "ec" },
        { kty: "OKP", crv: "Ed25519", x: `${keys.keys[0]!.x}A`, kid: "33 bytes" },
        { kty: "OKP", crv: "Ed25519", x: `${keys.keys[0]!.x}=`, kid: "padded" },
        ...others,
        ...keys.keys,
      ],
    };
    expect(await createVerifier({ keys: set as KeySet }).verify(auditRecord({ signer }))).toEqual({
      status: "valid",
      kid,
    });
    expect(
      await createVerifier({ keys: { keys: set.keys.slice(0, 7) } as KeySet }).verify(
        auditRecord({ signer }),
      ),
    ).toEqual({
      status: "unverifiable",
      reason: "no_usable_key",
    });
  });

  it.each([
    ["CEF:0|a|b|c|d|e|1|x=1", { status: "unsigned", reason: "no_signature" }],
    ['{"name":"Ingress"}', { status: "unsigned", reason: "no_signature" }],
    ['{"name":"Ingress","sig":""}', { status: "unsigned", reason: "no_signature" }],
    ["", { status: "malformed", reason: "no_record" }],
    ["hello sig=x", { status: "malformed", reason: "no_record" }],
    ['{"name":"Ingress","sig":"x', { status: "malformed", reason: "no_record" }],
    ["CEF:0|a|b|c|d|e|1|x=1 sig=abc", { status: "malformed", reason: "signature_encoding" }],
    [7, { status: "malformed", reason: "no_record" }],
    [undefined, { status: "malformed", reason: "no_record" }],
    [
      '{"type":"authorization","ts":"2026-01-01T00:00:00Z","signature":"abc"}',
      { status: "unverifiable", reason: "pulled_record" },
    ],
    [
      '{"type":"authorization","ts":"2026-01-01T00:00:00Z","sig":"abc"}',
      { status: "unverifiable", reason: "pulled_record" },
    ],
    [
      `{"type":"authorization","ts":"2026-01-01T00:00:00Z","sig":"${"A".repeat(86)}"}`,
      { status: "unverifiable", reason: "pulled_record" },
    ],
  ])("%j is %j", async (record, expected) => {
    expect(await verifier.verify(record as string)).toEqual(expected);
  });

  it("finds none of the samples valid: their ids were replaced", async () => {
    for (const line of Object.values(samples)) expect(await statusOf(line)).toBe("invalid");
  });

  it("never throws, whatever it gets", async () => {
    const garbage = fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array(), fc.json());
    await fc.assert(
      fc.asyncProperty(garbage, async (record) => {
        expect((await verifier.verify(record)).status).toMatch(/^(malformed|unsigned|unverifiable)$/);
      }),
    );
  });

  it.each([undefined, null, {}, { keys: 1 }, 7, "http://example.com/keys", "keys"])(
    "refuses %j for keys",
    (wrong) => {
      expect(() => createVerifier({ keys: wrong as never })).toThrow(KonnectError);
    },
  );

  it("works where there is WebCrypto only", async () => {
    vi.spyOn(process, "getBuiltinModule").mockImplementation((() => undefined) as never);
    const portable = createVerifier({ keys });
    const line = auditRecord({ signer });
    expect(await portable.verify(line)).toEqual({ status: "valid", kid });
    expect(await statusOf(line.replace("rt=1", "rt=2"), portable)).toBe("invalid");
    const verified: Verification[] = [];
    for await (const { verification } of portable.verifyAll(Array.from({ length: 300 }, () => line)))
      verified.push(verification);
    expect(verified).toHaveLength(300);
    expect(new Set(verified.map(({ status }) => status))).toEqual(new Set(["valid"]));
  });
});

describe("keys that are fetched", () => {
  /** A verifier whose keys and clock the test moves. */
  function moving(first: KeySet) {
    const state = {
      keys: first as KeySet | Error,
      time: 1_800_000_000_000,
      fetches: 0,
      gate: Promise.resolve(),
    };
    const fetched = createVerifier({
      now: () => state.time,
      keys: async () => {
        state.fetches++;
        const answer = state.keys;
        await state.gate;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    return { state, verify: (record: string) => fetched.verify(record) };
  }
  const at = (time: number, of = signer) => auditRecord({ at: time, signer: of });
  const old = createSigner("a");
  const rotated = createSigner("b");

  it("are fetched once, however many ask, and kept for ten minutes", async () => {
    const { state, verify } = moving(keys);
    const line = at(state.time);
    const all = await Promise.all(Array.from({ length: 50 }, () => verify(line)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(["valid"]));
    state.time += 599_999;
    await verify(line);
    expect(state.fetches).toBe(1);
    state.time += 1;
    await verify(line);
    expect(state.fetches).toBe(2);
  });

  it("are fetched anew for a signature that none matches: rotation", async () => {
    const { state, verify } = moving(old.jwks);
    expect((await verify(at(state.time, old))).status).toBe("valid");
    state.keys = rotated.jwks;
    state.time += 30_000;
    const lines = Array.from({ length: 20 }, (_, i) => at(state.time + i, rotated));
    const all = await Promise.all(lines.map(verify));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(["valid"]));
    expect(state.fetches).toBe(2);
  });

  it("make no good record invalid right after a rotation: while nothing may be fetched it is unverifiable", async () => {
    const { state, verify } = moving(old.jwks);
    await verify(at(state.time, old));
    state.keys = rotated.jwks;
    state.time += 29_999;
    expect(await verify(at(state.time, rotated))).toEqual({
      status: "unverifiable",
      reason: "keys_may_be_stale",
    });
    expect(state.fetches).toBe(1);
    state.time += 1;
    expect((await verify(at(state.time, rotated))).status).toBe("valid");
  });

  it("make a record invalid that is older than they are, by more than a minute, without another fetch", async () => {
    const { state, verify } = moving(keys);
    await verify(at(state.time));
    expect(await verify(at(state.time - 60_001, rotated))).toEqual({
      status: "invalid",
      reason: "no_key_matched",
    });
    expect(await verify(at(state.time - 60_000, rotated))).toMatchObject({ status: "unverifiable" });
    expect(state.fetches).toBe(1);
  });

  it("make a record invalid when they were fetched just now for it, whatever time it bears", async () => {
    const { state, verify } = moving(keys);
    expect((await verify(at(state.time + 9e9, rotated))).status).toBe("invalid");
    state.time += 30_000;
    expect((await verify(at(state.time + 9e9, rotated))).status).toBe("invalid");
    expect(state.fetches).toBe(2);
    state.time += 30_000;
    const withoutTime = auditRecord({ signer: rotated, rt: undefined });
    expect((await verify(withoutTime)).status).toBe("invalid");
    expect((await verify(withoutTime)).status).toBe("unverifiable");
  });

  it("that were asked for before the record came are not taken for new", async () => {
    const { state, verify } = moving(old.jwks);
    await verify(at(state.time, old));
    state.time += 600_000;
    let open = () => {};
    state.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = verify(at(state.time, old));
    await new Promise(setImmediate);
    // Konnect rotates while the fetch runs that will answer the old keys.
    state.keys = rotated.jwks;
    const second = verify(at(state.time, rotated));
    state.time += 30_000;
    open();
    expect((await first).status).toBe("valid");
    expect((await second).status).toBe("valid");
    expect(state.fetches).toBe(3);
  });

  it("serve for a day when the endpoint is down; then the answer is unverifiable", async () => {
    const { state, verify } = moving(keys);
    const line = at(state.time);
    await verify(line);
    state.keys = new Error("down");
    state.time += 86_399_999;
    expect((await verify(line)).status).toBe("valid");
    expect(await verify(at(state.time, rotated))).toEqual({
      status: "unverifiable",
      reason: "keys_may_be_stale",
    });
    state.time += 30_000;
    expect(await verify(line)).toEqual({ status: "unverifiable", reason: "keys_unavailable" });
    state.keys = keys;
    state.time += 29_999;
    expect((await verify(line)).status).toBe("unverifiable");
    state.time += 1;
    expect((await verify(line)).status).toBe("valid");
  });

  it("are not lost for an answer without a usable one, nor for one that is none", async () => {
    const { state, verify } = moving(keys);
    const line = at(state.time);
    await verify(line);
    for (const answer of [{ keys: [] }, null, "x", { keys: [{ kty: "RSA" }] }]) {
      state.keys = answer as never;
      state.time += 600_000;
      expect((await verify(line)).status).toBe("valid");
    }
    const none = moving({ keys: [] });
    expect(await none.verify(line)).toEqual({ status: "unverifiable", reason: "keys_unavailable" });
  });

  it("come from an address, too, of which no more than a megabyte is read, and no redirect followed", async () => {
    let answer = JSON.stringify(keys);
    let status = 200;
    const server = createServer((_, response) =>
      response.writeHead(status, { location: "/other" }).end(answer),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    try {
      expect((await createVerifier({ keys: url }).verify(auditRecord({ signer }))).status).toBe("valid");
      expect((await createVerifier({ keys: new URL(url) }).verify(auditRecord({ signer }))).status).toBe(
        "valid",
      );
      for (const [code, text] of [
        [302, answer],
        [500, answer],
        [200, "<html>"],
        [200, `${answer}${" ".repeat(2 ** 20)}`],
      ] as const) {
        status = code;
        answer = text;
        expect((await createVerifier({ keys: url }).verify(auditRecord({ signer }))).status).toBe(
          "unverifiable",
        );
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
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
