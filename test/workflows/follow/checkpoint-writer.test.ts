import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../src/workflows/follow/checkpoint.js";
import { checkpointWriter } from "../../../src/workflows/follow/checkpoint-writer.js";
import { SeenIds } from "../../../src/workflows/follow/seen-ids.js";

function writer(ids: number) {
  const seen = new SeenIds();
  for (let i = 0; i < ids; i++) seen.add(String(i).padStart(10, "0"), 0);
  const checkpoint = openCheckpoint(undefined);
  const written: ReturnType<typeof openCheckpoint>[] = [];
  const save = checkpointWriter(checkpoint, seen, (given) => void written.push(given));
  const cover = (records: number) => {
    for (let i = 0; i < records; i++) save.covers();
  };
  return { checkpoint, written, save, cover };
}

describe("a checkpoint", () => {
  it("of up to 4 kB is written each time", async () => {
    const { save, written } = writer(409);
    await save.unlessTooLarge();
    await save.unlessTooLarge();
    expect(written).toHaveLength(2);
  });

  it("of more than 4 kB waits until it has at most 200 bytes per record that it adds", async () => {
    const { save, written, cover } = writer(1_000);
    await save.unlessTooLarge();
    cover(49);
    await save.unlessTooLarge();
    expect(written).toEqual([]);
    cover(1);
    await save.unlessTooLarge();
    expect(written).toHaveLength(1);
    // What was written does not count again.
    cover(49);
    await save.unlessTooLarge();
    expect(written).toHaveLength(1);
  });

  it("is written at once on demand, whatever its size", async () => {
    const { save, written } = writer(1_000);
    await save.now();
    expect(written[0]!.seen).toEqual({ 0: expect.stringMatching(/^\d{10000}$/) });
  });

  it("is a copy, with the next page only if there is one", async () => {
    const { save, written, checkpoint } = writer(1);
    await save.now();
    expect(written[0]).not.toHaveProperty("next");
    checkpoint.next = { "page[size]": 5 };
    checkpoint.counts[1] = 2;
    await save.now();
    checkpoint.next["page[size]"] = 6;
    checkpoint.counts[1] = 3;
    expect(written[1]!.next).toEqual({ "page[size]": 5 });
    expect(written[1]!.counts).toEqual({ 1: 2 });
  });

  it("is not made if nobody takes it", async () => {
    const save = checkpointWriter(openCheckpoint(undefined), new SeenIds(), undefined);
    await expect(save.now()).resolves.toBeUndefined();
  });
});
