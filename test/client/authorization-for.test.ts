import { describe, expect, it } from "vitest";
import { authorizationFor, KonnectError } from "../../src/index.js";

describe("authorizationFor", () => {
  it("writes what each SIEM wants", () => {
    expect(authorizationFor.splunk("abc")).toBe("Splunk abc");
    expect(authorizationFor.bearer("abc")).toBe("Bearer abc");
    expect(authorizationFor.apiToken("dt0c01.x")).toBe("Api-Token dt0c01.x");
    expect(authorizationFor.raw("Key a b")).toBe("Key a b");
    expect(authorizationFor.basic("Aladdin", "open sesame")).toBe("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    // RFC 7617, 2.1: UTF-8.
    expect(authorizationFor.basic("test", "123£")).toBe("Basic dGVzdDoxMjPCow==");
  });

  it.each([
    () => authorizationFor.bearer(""),
    () => authorizationFor.bearer("SECRET x"),
    () => authorizationFor.splunk("SECRET\n"),
    () => authorizationFor.raw("SECRET\r\nX: y"),
    () => authorizationFor.raw(undefined as never),
    () => authorizationFor.basic("SECRET:a", "b"),
    () => authorizationFor.basic("a", ""),
  ])("refuses an invalid header value, and does not show it: %s", (make) => {
    const error = (() => {
      try {
        return make();
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(KonnectError);
    expect(error).toMatchObject({ code: "invalid_input" });
    expect(String(error)).not.toContain("SECRET");
  });
});
