import { describe, expect, it } from "vitest";
import { Secrets } from "../../../src/client/http/redact.js";
import { KonnectError } from "../../../src/index.js";

function secretsOf(...credentials: string[]): Secrets {
  const secrets = new Secrets();
  for (const credential of credentials) secrets.add(credential);
  return secrets;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("Secrets removes from texts", () => {
  it.each([
    ["a credential", "Bearer abcdefgh", "got Bearer abcdefgh.", "got [redacted]."],
    ["what follows its scheme", "Bearer abcdefgh", "got abcdefgh.", "got [redacted]."],
    ["what follows spaces around its scheme", "  Bearer  \n abcdefgh ", "got abcdefgh.", "got [redacted]."],
    ["each occurrence, inside words too", "abcdefgh", "xabcdefghy, abcdefgh", "x[redacted]y, [redacted]"],
    ["one of six characters inside a word", "abcdef", "xabcdefy", "x[redacted]y"],
    ["one of five characters as a word", "abcde", "xabcdey abcde", "xabcdey [redacted]"],
    ["any access token of Konnect", "other", "kpat_abc spat_d-e_f", "[redacted] [redacted]"],
    ["the password of Basic", `Basic ${base64("user:pass-word")}`, "pass-word of user", "[redacted] of user"],
  ])("%s", (_, credential, text, safe) => {
    expect(secretsOf(credential).redact(text)).toBe(safe);
  });

  it("the longest of several that overlap, whichever came first", () => {
    expect(secretsOf("pass-word", "user-pass-word").redact("user-pass-word")).toBe("[redacted]");
  });

  it("nothing else: what another scheme than Basic would decode to, or an empty credential", () => {
    expect(secretsOf(`Key ${base64("hello world")}`, "", " ").redact("hello world")).toBe("hello world");
    expect(secretsOf("Basic %%%").redact("%%% and user")).toBe("[redacted] and user");
  });

  it("the authorization in a body, if it is JSON that has one", () => {
    const secrets = new Secrets();
    for (const body of ["", "no JSON", "null", "{}", '{"authorization":5}']) secrets.addFromBody(body);
    expect(secrets.redact("no JSON, 5")).toBe("no JSON, 5");
    secrets.addFromBody('{"authorization":"Splunk abcdefgh"}');
    expect(secrets.redact("abcdefgh")).toBe("[redacted]");
  });
});

describe("Secrets removes from JSON", () => {
  it("secrets in values and, from eight characters on, in names", () => {
    const secrets = secretsOf("detail", "abcdefgh");
    const text = '{"detail":"detail","abcdefgh":["abcdefgh",1,null,{"x":"abcdefgh"}]}';
    expect(secrets.redactJson(text)).toEqual({
      detail: "[redacted]",
      "[redacted]": ["[redacted]", 1, null, { x: "[redacted]" }],
    });
  });
});

describe("Secrets copies an error", () => {
  const secrets = secretsOf("abcdefgh");

  it("with its name, message, code and stack as an error has them, and nothing else", () => {
    const thrown = Object.assign(new TypeError("abcdefgh"), { code: "E_abcdefgh", request: "abcdefgh" });
    const copy = secrets.redactError(thrown) as Error;
    expect(Object.getOwnPropertyNames(copy).sort()).toEqual(["code", "message", "name", "stack"]);
    expect(copy).toMatchObject({ name: "TypeError", message: "[redacted]", code: "E_[redacted]" });
    const hidden = { enumerable: false, writable: true, configurable: true };
    expect(Object.getOwnPropertyDescriptor(copy, "name")).toMatchObject(hidden);
    expect(Object.getOwnPropertyDescriptor(copy, "stack")).toMatchObject(hidden);
  });

  it("without a code or a cause that the error lacks", () => {
    const copy = secrets.redactError(new Error("x")) as Error;
    expect("code" in copy).toBe(false);
    expect("cause" in copy).toBe(false);
    expect("cause" in secrets.redactKonnectError(new KonnectError("timeout", "x"))).toBe(false);
  });

  it("with at most five causes, even if they form a cycle", () => {
    const circle = new Error("abcdefgh");
    circle.cause = circle;
    let depth = 0;
    for (let error = secrets.redactError(circle) as Error; error.cause; error = error.cause as Error) depth++;
    expect(depth).toBe(5);
  });

  it("with causes that are KonnectErrors, or text", () => {
    const cause = new KonnectError("conflict", "abcdefgh", { cause: "text abcdefgh" });
    const copy = secrets.redactError(new Error("outer", { cause })) as Error;
    expect(copy.cause).toBeInstanceOf(KonnectError);
    expect(copy.cause).toMatchObject({ code: "conflict", message: "[redacted]", cause: "text [redacted]" });
  });

  it("not if it is anything else", () => {
    for (const thrown of [undefined, null, 5, { message: "abcdefgh" }])
      expect(secrets.redactError(thrown)).toBeUndefined();
  });
});
