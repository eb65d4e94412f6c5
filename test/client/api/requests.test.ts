import { describe, expect, it } from "vitest";
import type { KonnectClient } from "../../../src/index.js";
import { clientOver, DESTINATION_ID as ID, input, rejection } from "../../support/konnect.js";

describe("the ids", () => {
  it.each(["", "x", `${ID}/..`, undefined, null, 7])(
    "are refused before anything is sent: %j",
    async (id) => {
      const { konnect, requests } = clientOver(() => Response.json({}));
      const wrong = id as string;
      for (const call of [
        () => konnect.getDestination(wrong),
        () => konnect.updateDestination(wrong, { name: "x" }),
        () => konnect.deleteDestination(wrong),
        () => konnect.enableWebhook(wrong),
        () => konnect.updateWebhook({ audit_log_destination_id: wrong ?? "" }),
        ...(wrong === undefined ? [] : [() => konnect.portal(wrong).getWebhook()]),
      ])
        expect(await rejection(call())).toMatchObject({
          code: "invalid_input",
          message: expect.stringMatching(/id/),
        });
      expect(requests).toHaveLength(0);
    },
  );
});

describe("what is changed", () => {
  it.each([
    ["updateDestination", (k: KonnectClient) => k.updateDestination(ID, {}), /member to change/],
    ["updateWebhook", (k: KonnectClient) => k.updateWebhook({}), /member to change/],
    ["updateWebhook", (k: KonnectClient) => k.updateWebhook({ enabled: "yes" as never }), /enabled/],
    [
      "updateDestination",
      (k: KonnectClient) => k.updateDestination(ID, { endpoint: "http://x/" }),
      /endpoint/,
    ],
    [
      "listDestinations",
      (k: KonnectClient) => k.listDestinations({ name: "a", filter: { name: { eq: "b" } } }),
      /both name and filter/,
    ],
  ])("%s refuses invalid input", async (_, call, problem) => {
    const { konnect, requests } = clientOver(() => Response.json({}));
    expect(await rejection(call(konnect))).toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(problem),
    });
    expect(requests).toHaveLength(0);
  });

  it.each(["kpat_x", "Bearer kpat_0123", "Splunk spat_0123", "Bearer SPAT_1", "Basic:kpat_1"])(
    "is never a destination that is handed the Konnect credential: %s",
    async (authorization) => {
      const { konnect, requests } = clientOver(() => Response.json({}));
      for (const call of [
        konnect.createDestination({ ...input, authorization }),
        konnect.updateDestination(ID, { authorization }),
      ]) {
        const error = await rejection(call);
        expect(error).toMatchObject({
          code: "invalid_input",
          message: expect.stringMatching(/access token/),
        });
        expect(error.message).not.toContain(authorization);
      }
      expect(requests).toHaveLength(0);
    },
  );
});
