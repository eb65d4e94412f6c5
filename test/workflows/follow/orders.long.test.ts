import { describe, expect, it } from "vitest";
import { Random } from "../../../src/testing/random.js";
import { AnyKonnect, followAll, ORDERS } from "./any-konnect.js";

const RECORDS = 1_500;

describe.each(ORDERS)("a Konnect that lists the $order first, and tells its time: $tellsTime", (habits) => {
  it("loses nothing and repeats nothing, also across kills", async () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = new Random(`${habits.order} ${habits.tellsTime} ${seed}`);
      const konnect = new AnyKonnect(random, { ...habits, records: RECORDS, spanMs: 7_200_000 });
      const taken = await followAll(konnect);
      expect(new Set(taken).size, `seed ${seed}`).toBe(RECORDS);
      expect(taken, `seed ${seed}`).toHaveLength(RECORDS);
    }
  });
});
