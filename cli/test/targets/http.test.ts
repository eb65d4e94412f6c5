import { describe, expect, it } from "vitest";
import { Busy, Refused } from "../../src/targets/verdict.js";
import { http, startTarget } from "../support/targets.js";

const answered = async (status: number, headers = {}) => {
  const { url } = await startTarget(() => ({ status, headers, body: "why" }));
  return http.post(url, { authorization: "secret" }, "{}").catch((error) => error);
};

describe("post", () => {
  it("gives the text of a success", async () => {
    expect(await answered(202)).toBe('"why"');
  });

  it.each([408, 429, 500, 502, 503, 504])("calls a target that answers %i busy", async (status) => {
    expect(await answered(status)).toBeInstanceOf(Busy);
  });

  it.each([400, 413, 422])("has %i for a refusal of what was sent", async (status) => {
    const error = await answered(status);
    expect(error).toBeInstanceOf(Refused);
    expect(error.message).toBe(`answered ${status}: "why"`);
  });

  it("waits for the seconds of Retry-After; for a date there, as if it had asked for nothing", async () => {
    expect(await answered(429, { "retry-after": "7" })).toMatchObject({ retryAfterMs: 7_000 });
    const date = { "retry-after": "Wed, 25 Nov 2026 22:00:00 GMT" };
    expect(await answered(503, date)).toMatchObject({ retryAfterMs: 0 });
    expect(await answered(503)).toMatchObject({ retryAfterMs: 0 });
  });

  it("calls a target busy that cuts the connection, or is not there", async () => {
    const { url } = await startTarget(() => ({ status: 0 }));
    await expect(http.post(url, {}, "{}")).rejects.toThrow(Busy);
    await expect(http.post("http://127.0.0.1:1", {}, "{}")).rejects.toThrow(Busy);
  });
});
