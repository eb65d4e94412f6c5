import { inspect } from "node:util";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { KonnectClient, KonnectError } from "../../src/index.js";
import { clientOver, rejection, TOKEN } from "../support/konnect.js";

beforeEach(() => {
  for (const name of ["KONNECT_TOKEN", "KONNECT_REGION", "KONNECT_CONTROL_PLANE_URL"]) vi.stubEnv(name, "");
});

function refusal(options?: unknown): KonnectError {
  try {
    new KonnectClient(options as never);
  } catch (error) {
    if (error instanceof KonnectError) return error;
    throw error;
  }
  throw new Error(`taken: ${inspect(options)}`);
}

/** The address that a client with these options calls, and the credential it sends. */
async function target(options: ConstructorParameters<typeof KonnectClient>[0]) {
  let seen: Request | undefined;
  const fetch = async (url: string, init: RequestInit) => {
    seen = new Request(url, init);
    return Response.json({ data: [] });
  };
  await new KonnectClient({ ...options, fetch }).listControlPlanes();
  return { url: seen?.url, authorization: seen?.headers.get("authorization") };
}

describe("where the client calls, and as whom", () => {
  it.each([
    [{ region: "us" }, "https://us.api.konghq.com/v2/control-planes"],
    [{ region: "xy-2" }, "https://xy-2.api.konghq.com/v2/control-planes"],
    [{ baseUrl: "https://eu.api.konghq.com" }, "https://eu.api.konghq.com/v2/control-planes"],
    [
      { baseUrl: "https://proxy.example.com:8443/konnect/" },
      "https://proxy.example.com:8443/konnect/v2/control-planes",
    ],
    [{ baseUrl: "http://127.0.0.1:1234" }, "http://127.0.0.1:1234/v2/control-planes"],
    [{ baseUrl: "http://localhost" }, "http://localhost/v2/control-planes"],
    [{ baseUrl: "http://[::1]:9" }, "http://[::1]:9/v2/control-planes"],
  ])("%j", async (options, url) => {
    expect(await target({ token: TOKEN, ...options })).toEqual({ url, authorization: `Bearer ${TOKEN}` });
  });

  it("comes from the environment", async () => {
    vi.stubEnv("KONNECT_TOKEN", "spat_env");
    vi.stubEnv("KONNECT_REGION", "au");
    expect(await target({})).toEqual({
      url: "https://au.api.konghq.com/v2/control-planes",
      authorization: "Bearer spat_env",
    });
    vi.stubEnv("KONNECT_CONTROL_PLANE_URL", "https://au.api.konghq.com/");
    expect((await target({})).url).toBe("https://au.api.konghq.com/v2/control-planes");
    vi.stubEnv("KONNECT_REGION", "");
    vi.stubEnv("KONNECT_CONTROL_PLANE_URL", "https://in.api.konghq.com");
    expect((await target({ token: undefined as never })).url).toBe(
      "https://in.api.konghq.com/v2/control-planes",
    );
  });

  it("comes from the options first", async () => {
    vi.stubEnv("KONNECT_TOKEN", "spat_env");
    vi.stubEnv("KONNECT_REGION", "au");
    vi.stubEnv("KONNECT_CONTROL_PLANE_URL", "https://in.api.konghq.com");
    expect((await target({ region: "eu" })).url).toBe("https://eu.api.konghq.com/v2/control-planes");
    expect((await target({ baseUrl: "https://x.example" })).url).toBe("https://x.example/v2/control-planes");
    expect((await target({ region: "eu", token: TOKEN })).authorization).toBe(`Bearer ${TOKEN}`);
    expect(refusal().message).toMatch(/KONNECT_CONTROL_PLANE_URL and KONNECT_REGION name different hosts/);
  });

  it("asks a token function for every attempt, so that a token can be rotated", async () => {
    let count = 0;
    const { konnect, requests } = clientOver(
      (_, attempt) => new Response("{}", { status: attempt < 3 ? 503 : 200 }),
      {
        token: async () => `kpat_${++count}`,
      },
    );
    await konnect.enableWebhook("7f9fd312-a987-4628-b4c5-bb4f4fddd5f7");
    expect(requests.map((request) => request.headers.get("authorization"))).toEqual([
      "Bearer kpat_1",
      "Bearer kpat_2",
      "Bearer kpat_3",
    ]);
  });

  it("rejects and sends nothing if the token function fails or returns an invalid token", async () => {
    const cause = new Error("vault sealed");
    const tokens = [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
      () => "kpat_a\nb",
      () => "",
      () => undefined as never,
    ];
    for (const token of tokens) {
      const { konnect, requests } = clientOver(() => Response.json({}), { token });
      const error = await rejection(konnect.listControlPlanes());
      expect(error.code).toBe("token_failed");
      expect(error.message).toMatch(/token function/);
      expect(inspect(error)).not.toContain("kpat_a");
      expect(requests).toHaveLength(0);
    }
  });
});

describe("invalid options are refused by name", () => {
  const fine = { token: TOKEN, region: "us" };
  it.each([
    [{ token: "" }, "token"],
    [{ token: "kpat_x y" }, "token"],
    [{ token: "kpat_secret\r\nX-Evil: 1" }, "token"],
    [{ token: 7 }, "token"],
    [{ region: "" }, "region"],
    [{ region: "us.evil.com/" }, "region"],
    [{ region: "evil.com#" }, "region"],
    [{ region: "us@evil" }, "region"],
    [{ region: "-us" }, "region"],
    [{ region: "US" }, "region"],
    [{ region: "a".repeat(64) }, "region"],
    [{ region: "us\n" }, "region"],
    [{ region: undefined, baseUrl: "http://us.api.konghq.com" }, "baseUrl"],
    [{ region: undefined, baseUrl: "us.api.konghq.com" }, "baseUrl"],
    [{ region: undefined, baseUrl: "https://user:hunter2@us.api.konghq.com" }, "baseUrl"],
    [{ region: undefined, baseUrl: "https://us.api.konghq.com?x=1" }, "baseUrl"],
    [{ region: undefined, baseUrl: "https://us.api.konghq.com#x" }, "baseUrl"],
    [{ region: undefined, baseUrl: "ftp://127.0.0.1" }, "baseUrl"],
    [{ region: undefined, baseUrl: "http://127.0.0.1.evil.com" }, "baseUrl"],
    [{ baseUrl: "https://us.api.konghq.com" }, "region and baseUrl"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ timeoutMs: 2 ** 31 }, "timeoutMs"],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, "timeoutMs"],
    [{ timeoutMs: "30" }, "timeoutMs"],
    [{ retry: true }, "retry"],
    [{ retry: { retries: -1 } }, "retry"],
    [{ retry: { attempts: 3 } }, "retry"],
    [{ retry: { minTimeout: Number.NaN } }, "retry"],
    [{ retry: { minTimeout: 31_000 } }, "minTimeout"],
    [{ fetch: "x" }, "fetch"],
    [{ userAgent: "x\ny" }, "userAgent"],
    [{ userAgent: "" }, "userAgent"],
    [{ timeout: 5 }, "timeout"],
  ])("%j", (options, name) => {
    const error = refusal({ ...fine, ...options });
    expect(error.code).toBe("invalid_options");
    expect(error.message).toContain(name);
    expect(error.message).not.toMatch(/hunter2|kpat_|evil/);
  });

  it("says what to set if the token or the region is missing", () => {
    expect(refusal({ region: "us" }).message).toMatch(/token.*KONNECT_TOKEN/);
    expect(refusal({ token: TOKEN }).message).toMatch(
      /region or baseUrl.*KONNECT_REGION or KONNECT_CONTROL_PLANE_URL/,
    );
    expect(refusal(null).code).toBe("invalid_options");
  });

  it("names the environment variable that does not fit, and not its value", () => {
    vi.stubEnv("KONNECT_TOKEN", "kpat a");
    expect(refusal({ region: "us" }).message).toMatch(/^KONNECT_TOKEN: /);
    vi.stubEnv("KONNECT_REGION", "evil.com/");
    expect(refusal({ token: TOKEN }).message).toMatch(/^KONNECT_REGION: (?!.*evil)/);
    vi.stubEnv("KONNECT_CONTROL_PLANE_URL", "http://evil.com");
    expect(refusal({ token: TOKEN }).message).toMatch(/^KONNECT_CONTROL_PLANE_URL: (?!.*evil)/);
  });

  it.each([
    { timeoutMs: -1 },
    { retry: 3 },
    { retry: { minTimeout: 5 } },
    { signal: {} },
    { timeout: 1 },
    null,
  ])("rejects a call with %j", async (options) => {
    const { konnect, requests } = clientOver(() => Response.json({ data: [], keys: [] }));
    expect((await rejection(konnect.listControlPlanes({}, options as never))).code).toBe("invalid_options");
    expect((await rejection(konnect.getSigningKeys(options as never))).code).toBe("invalid_options");
    expect(requests).toHaveLength(0);
  });
});

it("shows no token, however the client is looked at", () => {
  const client = new KonnectClient({ token: TOKEN, region: "us" });
  const views = [
    inspect(client, { showHidden: true, depth: 10, getters: true }),
    JSON.stringify(client),
    String(client),
  ];
  for (const view of views) expect(view).not.toContain(TOKEN);
});
