import { afterEach, describe, expect, it, vi } from "vitest";
import { KonnectClient } from "../../src/index.js";
import { clientOver, DESTINATION_ID, TOKEN } from "../support/konnect.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("baseUrl", () => {
  it.each([
    ["https://us.api.konghq.com", "https://us.api.konghq.com"],
    ["https://us.api.konghq.com/", "https://us.api.konghq.com"],
    ["https://us.api.konghq.com///", "https://us.api.konghq.com"],
    ["https://us.api.konghq.com:443", "https://us.api.konghq.com"],
    ["HTTPS://US.api.konghq.com:443/", "https://us.api.konghq.com"],
    ["https://us.api.konghq.com/x/../", "https://us.api.konghq.com"],
    ["https://us.api.konghq.com/./", "https://us.api.konghq.com"],
    ["https://proxy.example.com/konnect/", "https://proxy.example.com/konnect"],
    ["https://proxy.example.com//konnect//us//", "https://proxy.example.com/konnect/us"],
    ["https://proxy.example.com/a/%2e%2e/konnect", "https://proxy.example.com/konnect"],
    ["http://127.0.0.1:80/", "http://127.0.0.1"],
  ])("%s is %s, for every call", async (baseUrl, base) => {
    const own = base.includes("konghq.com") ? "https://global.api.konghq.com" : base;
    for (const set of ["option", "variable"]) {
      if (set === "variable") vi.stubEnv("KONNECT_CONTROL_PLANE_URL", baseUrl);
      const options =
        set === "option" ? { region: undefined as never, baseUrl } : { region: undefined as never };
      const { konnect, requests } = clientOver(() => Response.json({ id: DESTINATION_ID, data: [] }), {
        ...options,
        destinationsApiVersion: "v3",
      });
      await konnect.getWebhook();
      await konnect.getDestination(DESTINATION_ID);
      await konnect.listDestinations();
      expect(requests.map(({ url }) => url)).toEqual([
        `${base}/v3/audit-log-webhook`,
        `${own}/v3/audit-log-destinations/${DESTINATION_ID}`,
        `${own}/v3/audit-log-destinations`,
      ]);
    }
  });

  it.each([
    "https://us.api.konghq.com/v3",
    "https://us.api.konghq.com/v2/",
    "https://us.api.konghq.com/V3",
    "https://us.api.konghq.com/v3/audit-logs",
    "https://proxy.example.com/konnect/v10//",
    "https://proxy.example.com/x/../v3",
  ])("with a version in its path is refused: %s", (baseUrl) => {
    const refused = expect.objectContaining({
      code: "invalid_options",
      message: expect.stringMatching(/version/),
    });
    for (const options of [{ baseUrl }, { region: "us", globalUrl: baseUrl }])
      expect(() => new KonnectClient({ token: TOKEN, ...options })).toThrow(refused);
    vi.stubEnv("KONNECT_CONTROL_PLANE_URL", baseUrl);
    expect(() => new KonnectClient({ token: TOKEN })).toThrow(refused);
  });
});

describe("a fetch function", () => {
  it("is called without this, as browsers and workers want it", async () => {
    const seen: unknown[] = [];
    function strict(this: unknown, url: string) {
      seen.push(this);
      if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation");
      return Promise.resolve(Response.json({ url }));
    }
    const konnect = new KonnectClient({ token: TOKEN, region: "us", fetch: strict });
    await konnect.getWebhook();
    vi.spyOn(globalThis, "fetch").mockImplementation(strict as never);
    await new KonnectClient({ token: TOKEN, region: "us" }).getWebhook();
    await new KonnectClient({ token: TOKEN, region: "us", fetch: globalThis.fetch }).getWebhook();
    expect(seen).toHaveLength(3);
  });
});

describe("a call whose answer was lost", () => {
  const window = { start_at: new Date(Date.now() - 3_600_000), end_at: new Date(Date.now() - 60_000) };
  const lost = () =>
    Promise.reject(
      new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) }),
    );
  const unopened = () =>
    Promise.reject(
      new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
    );
  const status = (code: number) => () => Response.json({ detail: "so it is" }, { status: code });
  const repeated = /an earlier attempt of this call may have taken effect/;

  it.each([
    ["startReplay", lost, 409, true],
    ["startReplay", status(502), 409, true],
    ["startReplay", status(504), 409, true],
    ["startReplay", status(429), 409, false],
    ["startReplay", unopened, 409, false],
    ["deleteDestination", lost, 404, true],
    ["deleteDestination", status(500), 404, true],
    ["deleteDestination", unopened, 404, false],
    ["deleteDestination", lost, 400, false],
    ["deleteWebhook", lost, 404, true],
    ["getWebhook", lost, 404, false],
  ] as const)(
    "%s says when it is retried into a refusal that it may owe to itself",
    async (name, first, code, says) => {
      const { konnect } = clientOver((_, attempt) => (attempt === 1 ? first() : status(code)()));
      const calls = {
        startReplay: () => konnect.startReplay(window),
        deleteDestination: () => konnect.deleteDestination(DESTINATION_ID),
        deleteWebhook: () => konnect.deleteWebhook(),
        getWebhook: () => konnect.getWebhook(),
      };
      const error = await calls[name]().then(
        () => undefined,
        (error: Error) => error,
      );
      expect(error).toMatchObject({ status: code });
      if (says) expect(error?.message).toMatch(repeated);
      else expect(error?.message).not.toMatch(repeated);
    },
  );
});
