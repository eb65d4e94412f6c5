import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/testing/random.js";
import { checkElements, checkHashes, checkPoints, checkProducts, checkScalars } from "./check-operations.js";
import { loadOperations, type Operations } from "./operations.js";
import { addPoints, BASE, multiply, NEUTRAL, pointOfOrderEight } from "./reference.js";

let operations: Operations;
beforeAll(async () => {
  operations = await loadOperations();
});

describe("the operations of the engine agree with BigInt", () => {
  it("in products at the bounds of the limbs", () => {
    expect(() => checkProducts(operations, new Random("products"), 20_000)).not.toThrow();
  });

  it("in sums, inverses and encodings", () => {
    expect(() => checkElements(operations, new Random("elements"), 5_000)).not.toThrow();
  });

  it("in scalars modulo L and their digits", () => {
    expect(() => checkScalars(operations, new Random("scalars"), 20_000)).not.toThrow();
  });

  it("in hashes of two messages of unlike lengths", () => {
    expect(() => checkHashes(operations, new Random("hashes"), 1_000)).not.toThrow();
  });

  it.each([
    ["prime", () => multiply(BASE, 123_456_789n)],
    ["small", pointOfOrderEight],
    ["mixed", () => addPoints(multiply(BASE, 42n), pointOfOrderEight())],
    ["no", () => NEUTRAL],
  ])("in multiples and sums of points of %s order", (_, point) => {
    expect(() => checkPoints(operations, new Random("points"), point(), 60)).not.toThrow();
  });
});
