import { describe, expect, it } from "vitest";
import { client, clientOver, TOKEN } from "../../support/konnect.js";

describe("logger", () => {
  it("gets each attempt and each failure, and no secret", async () => {
    const told: string[] = [];
    const logger = {
      debug: (message: string) => told.push(`debug ${message}`),
      warn: (message: string) => told.push(`warn ${message}`),
    };
    const { konnect } = clientOver(
      (_, attempt) =>
        attempt === 1
          ? Response.json({ detail: `${TOKEN} sent Splunk abc-secret-1` }, { status: 429 })
          : Response.json({ id: "x" }),
      { logger },
    );
    await konnect.createDestination({
      name: "SIEM",
      endpoint: "https://siem.example.com/k/hidden",
      authorization: "Splunk abc-secret-1",
      log_format: "cef",
    });
    expect(told).toEqual([
      expect.stringMatching(
        /^warn POST \/v2\/audit-log-destinations, attempt 1, \d+ ms: .*429.*\[redacted\] sent \[redacted\]/,
      ),
      expect.stringMatching(/^debug POST \/v2\/audit-log-destinations, attempt 2, \d+ ms: 200$/),
    ]);
    expect(told.join()).not.toMatch(/secret|hidden/);
  });

  it.each([
    ["warns of a failure that is retried", 503, "warn"],
    ["does not warn of a failure that is thrown at once", 401, "debug"],
  ] as const)("%s", async (_, status, level) => {
    const told: string[] = [];
    const logger = {
      debug: (message: string) => told.push(`debug ${message}`),
      warn: (message: string) => told.push(`warn ${message}`),
    };
    const { konnect } = clientOver(() => new Response("{}", { status }), { logger });
    await expect(konnect.listControlPlanes({}, { retry: false })).rejects.toMatchObject({ status });
    expect(told).toEqual([expect.stringMatching(`^${level} GET /v2/control-planes, attempt 1,`)]);
  });

  it("that fails does not fail the call", async () => {
    const fail = () => {
      throw new Error("disk full");
    };
    const { konnect } = clientOver(() => Response.json({ keys: [] }), {
      logger: { debug: fail, warn: fail },
    });
    expect(await konnect.getSigningKeys()).toEqual({ keys: [] });
  });

  it.each([{}, null, { debug: 1, warn: 2 }])("%j is refused", (logger) => {
    expect(() => client({ logger: logger as never })).toThrow(/logger must have/);
  });
});
