import { afterEach, describe, expect, it, vi } from "vitest";
import { createVerifier } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";
import { cleanup } from "../support/cleanup.js";
import { serve } from "../support/loopback.js";

const signer = createSigner("verify");
const keys = signer.jwks;

afterEach(() => {
  vi.restoreAllMocks();
});

describe("keys of an address", () => {
  it("come from an address without redirect: error, which Cloudflare Workers lacks", async () => {
    const fetch = vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
      if (init?.redirect === "error") throw new TypeError("Invalid redirect value");
      return Response.json(keys);
    });
    const verifier = createVerifier({ keys: "https://us.api.konghq.com/v2/audit-log-webhook/jwks.json" });
    expect((await verifier.verify(auditRecord({ signer }))).status).toBe("valid");
    fetch.mockResolvedValue({ ok: false, status: 0, type: "opaqueredirect", body: null } as Response);
    const redirected = createVerifier({ keys: "https://us.api.konghq.com/v2/audit-log-webhook/jwks.json" });
    expect(await redirected.verify(auditRecord({ signer }))).toHaveProperty(
      "cause.message",
      expect.stringContaining("a redirect"),
    );
  });

  it("come from an address, too, of which no more than a megabyte is read, and no redirect followed", async () => {
    let answer = JSON.stringify(keys);
    let status = 200;
    const server = await serve((_, response) => {
      response.writeHead(status, { location: "/other" }).end(answer);
    });
    cleanup(server.close);
    const url = `${server.url}/jwks.json`;
    expect((await createVerifier({ keys: url }).verify(auditRecord({ signer }))).status).toBe("valid");
    expect((await createVerifier({ keys: new URL(url) }).verify(auditRecord({ signer }))).status).toBe(
      "valid",
    );
    for (const [given, text, code] of [
      [302, answer, "invalid_response"],
      [500, answer, "api"],
      [200, "<html>", "invalid_response"],
      [200, `${answer}${" ".repeat(2 ** 20)}`, "invalid_response"],
    ] as const) {
      status = given;
      answer = text;
      const verification = await createVerifier({ keys: url }).verify(auditRecord({ signer }));
      expect(verification).toEqual({ status: "unverifiable", reason: "keys_unavailable" });
      expect(verification).toHaveProperty("cause.code", code);
      expect(verification).toHaveProperty("cause.message", expect.stringContaining("/jwks.json"));
    }
    await server.close();
    expect(await createVerifier({ keys: url }).verify(auditRecord({ signer }))).toHaveProperty(
      "cause.code",
      "connection",
    );
  });
});
