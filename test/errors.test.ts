import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { KonnectError } from "../src/errors.js";
import { CefSyntaxError } from "../src/records/index.js";

describe("KonnectError", () => {
  it("is an Error with a code, a name and a cause", () => {
    const cause = new Error("below");
    const error = new KonnectError("invalid_input", "not so", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: "invalid_input", name: "KonnectError", message: "not so", cause });
    expect(String(error)).toBe("KonnectError: not so");
  });

  it("is recognised by instanceof when another copy of the package threw it", async () => {
    vi.resetModules();
    const copy = await import("../src/records/index.js");
    expect(copy.CefSyntaxError).not.toBe(CefSyntaxError);
    const error = new copy.CefSyntaxError("header", "cut", 3, "line");
    expect(error).toBeInstanceOf(CefSyntaxError);
    expect(error).toBeInstanceOf(KonnectError);
    expect(new copy.KonnectError("invalid_input", "x")).not.toBeInstanceOf(CefSyntaxError);
  });

  it("does not record other errors", () => {
    for (const value of [
      new Error("x"),
      { code: "invalid_input" },
      null,
      undefined,
      "x",
      runInNewContext("new Error"),
    ]) {
      expect(value instanceof KonnectError).toBe(false);
    }
  });

  it("leaves a user's subclass its own instances only", () => {
    class Mine extends KonnectError {}
    expect(new Mine("invalid_input", "x")).toBeInstanceOf(Mine);
    expect(new Mine("invalid_input", "x")).toBeInstanceOf(KonnectError);
    expect(new KonnectError("invalid_input", "x")).not.toBeInstanceOf(Mine);
  });
});
