import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { authorizationFor, KonnectError } from "../../../src/index.js";
import { clientOver, DESTINATION_ID, input, rejection, TOKEN } from "../../support/konnect.js";

const shown = (error: unknown) => inspect(error, { showHidden: true, depth: 20, maxStringLength: null });
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Every spelling in which a server, a proxy or a fetch function may repeat a secret. */
const spellings = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  encodeURIComponent(secret).replaceAll("%20", "+"),
  JSON.stringify(secret).slice(1, -1),
  base64(secret),
  base64(secret).replace(/=+$/, ""),
  Buffer.from(secret).toString("base64url"),
];

describe("a secret", () => {
  it.each([
    ["Splunk 0123456789/+ secret", ["0123456789/+ secret"]],
    ["Bearer ü-schlüssel/x", ["ü-schlüssel/x"]],
    ['Key a"b\\c-0123456789', ['a"b\\c-0123456789']],
    [authorizationFor.basic("siem-user", "p@ss/wörd+1"), ["siem-user:p@ss/wörd+1", "p@ss/wörd+1"]],
    [authorizationFor.basic("u", "a:b:c-password"), ["u:a:b:c-password", "a:b:c-password"]],
    ["plain-key-0123456789", ["plain-key-0123456789"]],
  ])("of %s shows in no spelling", async (authorization, parts) => {
    for (const secret of [authorization, ...parts, TOKEN].flatMap(spellings)) {
      const echoes: ((request: Request) => Response)[] = [
        () => Response.json({ detail: `got ${secret}.`, title: secret }, { status: 400 }),
        () => {
          throw Object.assign(new Error(`cannot send (${secret})`), { code: secret });
        },
        () => {
          throw new KonnectError("connection", `mine: ${secret}`, { cause: new Error(secret) });
        },
      ];
      for (const echo of echoes) {
        const { konnect } = clientOver(echo, { retry: false });
        const error = await rejection(konnect.createDestination({ ...input, authorization }));
        expect(error).toBeInstanceOf(KonnectError);
        expect(shown(error), secret).not.toContain(secret);
        expect(shown(error)).toContain("[redacted]");
      }
    }
  });

  it("that is half of a surrogate pair breaks nothing", async () => {
    const { konnect } = clientOver(() => Response.json({ detail: "x" }, { status: 400 }));
    const error = await rejection(konnect.createDestination({ ...input, authorization: "Bearer \ud800x" }));
    expect(error).toMatchObject({ code: "api", status: 400 });
  });

  it("that a custom fetch puts into a KonnectError keeps its code and loses the secret", async () => {
    const thrown = new KonnectError("conflict", `token ${TOKEN}`, { cause: new Error(`Bearer ${TOKEN}`) });
    const { konnect } = clientOver(() => Promise.reject(thrown));
    const error = await rejection(konnect.getWebhook());
    expect(error).toMatchObject({
      code: "conflict",
      message: "token [redacted]",
      cause: { message: "Bearer [redacted]" },
    });
  });

  it("shows not in the cause of a token function that fails", async () => {
    for (const make of [
      () => new Error(`vault: ${TOKEN} has expired`),
      () => new KonnectError("connection", `vault: ${TOKEN}`),
      () => `text with ${TOKEN}`,
      () => new Error("outer", { cause: new Error(`inner spat_abcdefghijklmnop`) }),
    ]) {
      const { konnect } = clientOver(() => Response.json({}), {
        token: () => Promise.reject(make()),
      });
      const error = await rejection(konnect.createDestination(input));
      expect(error).toMatchObject({ code: "token_failed", message: "the token function failed" });
      expect(shown(error)).not.toMatch(/[ks]pat_\w/);
      expect(error.cause).toBeDefined();
    }
  });

  it("shows not when the function fails after it gave a token of another form", async () => {
    const token = "system-account-token-0123456789";
    let calls = 0;
    const { konnect } = clientOver(() => Response.json({}), {
      token: async () => {
        if (++calls > 1) throw new Error(`cannot renew ${token} or ${base64(token)}`);
        return token;
      },
    });
    await konnect.getWebhook();
    const error = await rejection(konnect.getWebhook());
    expect(shown(error)).not.toContain(token);
    expect(shown(error)).not.toContain(base64(token));
  });

  it("of less than six characters is not replaced inside words", async () => {
    const cause = Object.assign(new Error("getaddrinfo ENOTFOUND us.api.konghq.com, key t."), {
      code: "ENOTFOUND",
    });
    for (const authorization of ["t", "addr", "Key in", "E"]) {
      const { konnect } = clientOver(() => Promise.reject(new TypeError("fetch failed", { cause })), {
        retry: false,
      });
      const error = await rejection(konnect.createDestination({ ...input, authorization }));
      expect(error.message).toContain("getaddrinfo ENOTFOUND us.api.konghq.com");
      expect(error.cause).toMatchObject({ cause: { code: "ENOTFOUND" } });
      if (authorization === "t") expect(error.message).toContain("key [redacted].");
    }
  });
});

describe("an id given to konnect.api", () => {
  it.each([
    "..",
    ".",
    "",
    "a/b",
    "..%2f",
    "%2e%2e",
    "../..",
    `${DESTINATION_ID}/..`,
    7,
    null,
    undefined,
    {},
    ["..", ".."],
  ])("is checked as those of the methods are: %j", async (id) => {
    const { konnect, requests } = clientOver(() => Response.json({}));
    const path = { portalId: id as string };
    for (const call of [
      konnect.api.GET("/v3/portals/{portalId}/audit-log-webhook", { params: { path } }),
      konnect.api.DELETE("/v3/portals/{portalId}/audit-log-webhook", { params: { path } }),
      konnect.api.DELETE("/v2/audit-log-destinations/{id}", { params: { path: { id: id as string } } }),
    ])
      expect(await rejection(call)).toMatchObject({ code: "invalid_input" });
    expect(requests).toEqual([]);
  });

  it("passes through unchanged if it is one", async () => {
    const { konnect, requests } = clientOver(() => Response.json({}));
    await konnect.api.GET("/v3/portals/{portalId}/audit-log-webhook", {
      params: { path: { portalId: DESTINATION_ID } },
    });
    expect(requests[0]?.url).toBe(`https://us.api.konghq.com/v3/portals/${DESTINATION_ID}/audit-log-webhook`);
  });
});
