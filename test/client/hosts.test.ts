import { beforeEach, describe, expect, it, vi } from "vitest";
import { clientOver } from "../support/konnect.js";

beforeEach(() => {
  for (const name of ["KONNECT_TOKEN", "KONNECT_REGION", "KONNECT_CONTROL_PLANE_URL"]) vi.stubEnv(name, "");
});

describe("the host of destinations", () => {
  const id = "7f9fd312-a987-4628-b4c5-bb4f4fddd5f7";
  it.each([
    [{ region: "eu" }, "https://eu.api.konghq.com/v2"],
    [{ region: "eu", destinationsApiVersion: "v3" }, "https://global.api.konghq.com/v3"],
    [
      { baseUrl: "https://in.api.konghq.com/", destinationsApiVersion: "v3" },
      "https://global.api.konghq.com/v3",
    ],
    [
      { baseUrl: "https://proxy.example.com/eu/", destinationsApiVersion: "v3" },
      "https://proxy.example.com/eu/v3",
    ],
    [{ baseUrl: "http://127.0.0.1:99", destinationsApiVersion: "v3" }, "http://127.0.0.1:99/v3"],
    [
      { region: "eu", destinationsApiVersion: "v3", globalUrl: "https://g.example.com/x/" },
      "https://g.example.com/x/v3",
    ],
  ] as const)("of %j", async (options, url) => {
    const { konnect, requests } = clientOver(() => Response.json({ id }), {
      region: undefined as never,
      ...options,
    });
    await konnect.getDestination(id);
    await konnect.api.GET("/v3/audit-log-destinations/{id}", { params: { path: { id } } });
    expect(requests[0]?.url).toBe(`${url}/audit-log-destinations/${id}`);
    expect(requests[1]?.url).toBe(
      `${url.replace("/v2", "/v3").replace("eu.api", "global.api")}/audit-log-destinations/${id}`,
    );
  });
});
