import { describe, expect, it } from "vitest";
import { rejection } from "../../support/konnect.js";
import { eventually, start, startDescribed } from "./support.js";

describe.each(["v2", "v3"] as const)("destinations at %s", (destinationsApiVersion) => {
  it("are created, found, changed and deleted", async () => {
    const { konnect, input } = await startDescribed({}, { destinationsApiVersion });
    const { id } = await konnect.createDestination(input);
    expect(await konnect.getDestination(id)).toEqual({
      id,
      name: "S",
      endpoint: input.endpoint,
      log_format: "cef",
      skip_ssl_verification: false,
      created_at: expect.any(String),
    });
    const changed = await konnect.updateDestination(id, { name: "T", skip_ssl_verification: true });
    expect(changed).toMatchObject({
      id,
      name: "T",
      skip_ssl_verification: true,
      updated_at: expect.any(String),
    });
    expect((await konnect.listDestinations({ name: "T" })).data).toEqual([changed]);
    expect((await konnect.listDestinations({ name: "S" })).data).toEqual([]);
    await konnect.deleteDestination(id);
    const calls = [
      konnect.getDestination(id),
      konnect.updateDestination(id, { name: "x" }),
      konnect.deleteDestination(id),
    ];
    for (const error of await Promise.all(calls.map(rejection))) expect(error).toMatchObject({ status: 404 });
  });

  it("come page by page", async () => {
    const { konnect, input } = await startDescribed({}, { destinationsApiVersion });
    for (let i = 0; i < 5; i++) await konnect.createDestination({ ...input, name: `d${i}` });
    const names: (string | undefined)[] = [];
    for await (const { name } of konnect.listDestinations({ "page[size]": 2 })) names.push(name);
    expect(names).toEqual(["d0", "d1", "d2", "d3", "d4"]);
  });
});

describe("destinations", () => {
  it("may have the same name, unless the server has uniqueNames", async () => {
    const { konnect, input } = await startDescribed({ uniqueNames: true });
    const { id } = await konnect.createDestination(input);
    expect(await rejection(konnect.createDestination(input))).toMatchObject({ status: 409 });
    const other = await konnect.createDestination({ ...input, name: "T" });
    expect(await rejection(konnect.updateDestination(other.id, { name: "S" }))).toMatchObject({
      status: 409,
    });
    expect(await konnect.updateDestination(id, { name: "S" })).toMatchObject({ name: "S" });
  });

  it("cannot be deleted while a webhook uses them, nor for a moment after", async () => {
    const { konnect, client, input, server } = await startDescribed({ timeScale: 0.1 });
    const { id } = await konnect.createDestination(input);
    await konnect.enableWebhook(id);
    await konnect.portal(server.portals[0]!).enableWebhook(id);
    for (const letGo of [
      () => konnect.disableWebhook(),
      () => konnect.portal(server.portals[0]!).deleteWebhook(),
    ]) {
      const error = await rejection(konnect.deleteDestination(id));
      expect(error).toMatchObject({ status: 409, detail: expect.stringContaining("destination is in use") });
      await letGo();
    }
    expect(await rejection(konnect.deleteDestination(id))).toMatchObject({ status: 409 });
    await eventually(
      () =>
        client()
          .deleteDestination(id)
          .then(
            () => true,
            () => false,
          ),
      (done) => done,
    );
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: "", enabled: false });
  });

  it("belong to the organization: every region has them, and each has its own webhook", async () => {
    const us = await start();
    const eu = await start({ organizationOf: us.server });
    expect(eu.server.token).toBe(us.server.token);
    const { id } = await us.enable();
    expect((await eu.konnect.listDestinations()).data).toMatchObject([{ id }]);
    expect((await eu.konnect.getWebhook()).enabled).toBe(false);
    await eu.konnect.enableWebhook(id);
    await us.konnect.deleteWebhook();
    // In use by the other region.
    await expect(us.konnect.deleteDestination(id, { retry: false })).rejects.toMatchObject({ status: 409 });
    await eu.konnect.deleteWebhook();
    await expect
      .poll(() =>
        us.konnect.deleteDestination(id).then(
          () => "deleted",
          () => "in use",
        ),
      )
      .toBe("deleted");
    expect((await eu.konnect.listDestinations()).data).toEqual([]);
  });

  it("of another organization must be those of a server", async () => {
    const other = { url: "http://127.0.0.1:1", token: "t" };
    await expect(start({ organizationOf: other as never })).rejects.toThrow(
      /organizationOf must be a server/,
    );
  });
});
