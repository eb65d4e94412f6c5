import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createVerifier, type KeySet } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";

const signer = createSigner("verify");
const keys = signer.jwks;

afterEach(() => {
  vi.restoreAllMocks();
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
