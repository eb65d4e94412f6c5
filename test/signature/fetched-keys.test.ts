import { afterEach, describe, expect, it, vi } from "vitest";
import { createVerifier, type JsonWebKeySet } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";

const signer = createSigner("verify");
const keys = signer.jwks;

afterEach(() => {
  vi.restoreAllMocks();
});

describe("keys that are fetched", () => {
  /** A verifier whose keys and clock the test moves. */
  function moving(first: JsonWebKeySet) {
    const state = {
      keys: first as JsonWebKeySet | Error,
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

  it("are refetched if none matches: rotation", async () => {
    const { state, verify } = moving(old.jwks);
    expect((await verify(at(state.time, old))).status).toBe("valid");
    state.keys = rotated.jwks;
    state.time += 30_000;
    const lines = Array.from({ length: 20 }, (_, i) => at(state.time + i, rotated));
    const all = await Promise.all(lines.map(verify));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(["valid"]));
    expect(state.fetches).toBe(2);
  });

  it("do not make a good record invalid right after a rotation: it is unverifiable until they may be refetched", async () => {
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

  it("make a record invalid only when they were fetched after it came, however old the record says it is", async () => {
    const { state, verify } = moving(keys);
    await verify(at(state.time));
    for (const age of [0, 60_001, 3_600_000, 86_400_000])
      expect(await verify(at(state.time - age, rotated))).toEqual({
        status: "unverifiable",
        reason: "keys_may_be_stale",
      });
    expect(state.fetches).toBe(1);
    state.time += 30_000;
    expect(await verify(at(state.time - 86_400_000, rotated))).toEqual({
      status: "invalid",
      reason: "no_key_matched",
    });
    expect(state.fetches).toBe(2);
  });

  it.each([-3_600_000, -1, 600_000, 86_400_000])(
    "find a record good right after a rotation, when the clock jumps by %i ms",
    async (jump) => {
      const { state, verify } = moving(old.jwks);
      const konnectTime = state.time;
      await verify(at(konnectTime, old));
      state.time += 40_000;
      state.keys = rotated.jwks;
      state.time += jump;
      expect((await verify(at(konnectTime + 40_000, rotated))).status).toBe("valid");
    },
  );

  it("age by a monotonic clock: the wall clock has no effect", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const state = { keys: old.jwks as JsonWebKeySet, fetches: 0 };
      const verifier = createVerifier({
        keys: () => {
          state.fetches++;
          return state.keys;
        },
      });
      for (const date of ["2026-01-01T00:10:00Z", "2025-12-31T23:00:00Z", "2030-01-01T00:00:00Z"]) {
        vi.setSystemTime(new Date(date));
        expect((await verifier.verify(at(Date.parse("2026-01-01T00:00:00Z"), old))).status).toBe("valid");
        state.keys = rotated.jwks;
        expect((await verifier.verify(at(Date.parse("2026-01-01T00:00:00Z"), rotated))).status).toBe(
          "unverifiable",
        );
      }
      expect(state.fetches).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it("that cannot be fetched say why, where a log does not print it", async () => {
    const down = new Error("down");
    const { state, verify } = moving(down as never);
    const first = await verify(at(state.time));
    expect(first).toEqual({ status: "unverifiable", reason: "keys_unavailable" });
    expect(first).toHaveProperty("cause", down);
    expect(JSON.stringify(first)).not.toContain("down");
    // Too soon for another fetch: the reason is still known.
    expect(await verify(at(state.time))).toHaveProperty("cause", down);
    state.time += 30_000;
    state.keys = { keys: [] };
    expect(await verify(at(state.time))).toHaveProperty("cause.code", "invalid_response");
    state.time += 30_000;
    state.keys = keys;
    await verify(at(state.time));
    state.time += 30_000;
    state.keys = down as never;
    expect(await verify(at(state.time, rotated))).toHaveProperty("cause", down);
  });

  it("make a record invalid if they were fetched for it, whatever its time", async () => {
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

  it("are kept after a response without a usable key, or an invalid one", async () => {
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

  it("that never come are given up after a while, and asked for again", async () => {
    vi.useFakeTimers();
    try {
      const { state, verify } = moving(keys);
      state.gate = new Promise(() => {});
      const first = verify(at(state.time));
      await vi.advanceTimersByTimeAsync(15_000);
      expect(await first).toMatchObject({ status: "unverifiable", reason: "keys_unavailable" });
      expect(await first).toHaveProperty("cause.code", "timeout");
      state.gate = Promise.resolve();
      state.time += 30_000;
      expect((await verify(at(state.time))).status).toBe("valid");
    } finally {
      vi.useRealTimers();
    }
  });
});
