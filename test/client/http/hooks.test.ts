import { describe, expect, it } from "vitest";
import type { ResponseEvent, RetryEvent } from "../../../src/index.js";
import { client, clientOver, input, rejection, TOKEN } from "../../support/konnect.js";

/** Hooks that note what they get. */
function noted() {
  const seen: [string, object][] = [];
  const note = (name: string) => (event: object) => void seen.push([name, event]);
  return {
    seen,
    hooks: { onRequest: note("request"), onResponse: note("response"), onRetry: note("retry") },
  };
}

describe("hooks", () => {
  it("see each attempt, its response and each retry, and no secret", async () => {
    const { seen, hooks } = noted();
    const problem = { detail: TOKEN, instance: "kong:trace:42" };
    const { konnect } = clientOver(
      (_, attempt) =>
        attempt === 1 ? Response.json(problem, { status: 429 }) : Response.json({ id: "x", name: "n" }),
      { hooks },
    );
    await konnect.createDestination(input);
    const about = { method: "POST", path: "/v2/audit-log-destinations" };
    const ms = expect.any(Number);
    expect(seen).toEqual([
      ["request", { ...about, attempt: 1 }],
      ["response", { ...about, attempt: 1, status: 429, traceId: "42", ms }],
      ["retry", { ...about, attempt: 1, status: 429, traceId: "42", code: "api" }],
      ["request", { ...about, attempt: 2 }],
      ["response", { ...about, attempt: 2, status: 200, ms }],
    ]);
    expect(JSON.stringify(seen)).not.toContain(TOKEN);
  });

  it("see a connection that fails as a retry without a status", async () => {
    const { seen, hooks } = noted();
    const { konnect } = clientOver(
      () => {
        throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } });
      },
      { hooks, retry: { retries: 1, minTimeout: 0, maxTimeout: 0 } },
    );
    await rejection(konnect.getSigningKeys());
    expect(seen.map(([name]) => name)).toEqual(["request", "retry", "request"]);
    expect(seen[1]![1] as RetryEvent).toMatchObject({ status: undefined, code: "connection" });
  });

  it("that fail do not fail the call", async () => {
    const fail = () => {
      throw new Error("metrics are down");
    };
    const { konnect } = clientOver(() => Response.json({ keys: [] }), {
      hooks: { onRequest: fail, onResponse: (async (_: ResponseEvent) => fail()) as never },
    });
    expect(await konnect.getSigningKeys()).toEqual({ keys: [] });
  });

  it.each([{ onReqest: () => {} }, { onRequest: 1 }, 7])("%j are refused", (hooks) => {
    expect(() => client({ hooks: hooks as never })).toThrow(/hooks/);
  });
});

describe("headers", () => {
  it("of the client and of the call go along, the call's first, and never instead of the credential", async () => {
    const { konnect, requests } = clientOver(() => Response.json({ enabled: true }), {
      headers: { "x-team": "audit", "x-env": "test", "user-agent": "mine" },
    });
    await konnect.getWebhook({ headers: { "x-team": "siem" } });
    const { headers } = requests[0]!;
    expect(headers.get("x-team")).toBe("siem");
    expect(headers.get("x-env")).toBe("test");
    expect(headers.get("authorization")).toBe(`Bearer ${TOKEN}`);
    expect(headers.get("user-agent")).toMatch(/^konnect-audit-logs\//);
  });

  it.each([{ "a b": "c" }, { authorization: "Bearer x" }, { x: "a\nb" }, "x"])(
    "%j are refused",
    async (headers) => {
      expect(() => client({ headers: headers as never })).toThrow(/headers must be/);
      expect(await rejection(client().getWebhook({ headers: headers as never }))).toMatchObject({
        code: "invalid_options",
      });
    },
  );
});
