import { describe, expect, it } from "vitest";
import { connectionTrouble, read } from "../../../src/client/http/network-error.js";

const coded = (code: unknown) => Object.assign(new Error("x"), { code });
const within = (depth: number, error: Error): Error =>
  depth === 0 ? error : within(depth - 1, new Error("x", { cause: error }));

describe("connectionTrouble", () => {
  it.each([
    ["unopened", coded("ECONNREFUSED")],
    ["unopened", within(4, coded("ENOTFOUND"))],
    [undefined, within(5, coded("ENOTFOUND"))],
    ["lost", coded("ECONNRESET")],
    ["lost", Object.assign(within(1, coded("ECONNRESET")), { code: "OTHER" })],
    ["lost", new TypeError("fetch failed")],
    ["lost", new TypeError("Failed to fetch")],
    [undefined, new TypeError("fetch failed", { cause: coded("CERT_HAS_EXPIRED") })],
    ["lost", new TypeError("fetch failed", { cause: coded(5) })],
    [undefined, new TypeError("fetcher is not a function")],
    [undefined, Object.assign(new TypeError("x"), { message: { toString: () => "fetch failed" } })],
    [undefined, new Error("fetch failed")],
    [undefined, "fetch failed"],
    [undefined, undefined],
  ])("is %s", (trouble, thrown) => {
    expect(connectionTrouble(thrown)).toBe(trouble);
  });
});

describe("read", () => {
  it("is undefined for a member whose getter throws", () => {
    const error = Object.defineProperty(new Error("x"), "code", {
      get() {
        throw new Error("getter");
      },
    });
    expect(read(error, "code")).toBeUndefined();
    expect(read(error, "message")).toBe("x");
  });
});
