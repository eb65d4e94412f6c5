import { describe, expect, it } from "vitest";
import {
  KonnectError,
  parseAuditRecord,
  RecordSyntaxError,
  safeParseAuditRecord,
} from "../../src/records/index.js";
import { samples } from "../../src/testing/samples.js";
import { hostile } from "../support/hostile.js";
import { growth } from "../support/linear.js";

const HEADER = "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|";

function refusal(line: unknown): RecordSyntaxError {
  try {
    parseAuditRecord(line as string);
  } catch (error) {
    return error as RecordSyntaxError;
  }
  throw new Error(`taken: ${line}`);
}

describe("a line that is not a record", () => {
  it.each([
    ["", "empty"],
    [" \r\n", "empty"],
    ["hello", "no_record"],
    ["[]", "no_record"],
    ["{}", "no_record"],
    ['{"event":7}', "no_record"],
    ['{"name":7}', "no_record"],
    ["{", "json"],
    ['{"name":"Ingress"', "json"],
    [`{"name":"Ingress","x":${"[".repeat(9000)}${"]".repeat(9000)}}`, "json"],
    ["CEF:0|KongInc|Konnect", "cef"],
    [`${HEADER}rt=1\nrt=2`, "cef"],
  ])("%j is refused with reason %s, and kept", (line, reason) => {
    const error = refusal(line);
    expect(error).toBeInstanceOf(RecordSyntaxError);
    expect(error).toBeInstanceOf(KonnectError);
    expect(error).toMatchObject({ code: "record_syntax", reason, line });
    expect(Object.keys(error)).not.toContain("line");
    expect(safeParseAuditRecord(line)).toMatchObject({ success: false, error: { reason } });
  });

  it("is something else than a wrong argument", () => {
    for (const wrong of [undefined, 7, null, new Uint8Array()])
      expect(refusal(wrong)).toMatchObject({ code: "invalid_input" });
    expect(() => safeParseAuditRecord(7 as never)).toThrow(KonnectError);
    expect(safeParseAuditRecord(samples.json)).toMatchObject({
      success: true,
      event: { type: "authorization" },
    });
  });
});

describe("time", () => {
  const shapes = {
    ...hostile,
    "granted= again and again": (size: number) => `${HEADER}user_agent=${" granted=true".repeat(size / 13)}`,
    "a whole row again and again": (size: number) =>
      `${HEADER}${"rt=1 src=a action=b granted=c org_id=d principal_id=e ".repeat(size / 54)}`,
    "undocumented keys": (size: number) => `${HEADER}rt=1${" a=b".repeat(size / 4)}`,
    "a nested JSON record": (size: number) =>
      `{"name":"Ingress","x":${"[".repeat(size / 2)}${"]".repeat(size / 2)}}`,
    "big integers": (size: number) =>
      `{"name":"Ingress","x":[${"12345678901234567890,".repeat(size / 21)}1]}`,
    "JSON strings": (size: number) =>
      `{"name":"Ingress","x":["1234567890123456"${',"\\\\"'.repeat(size / 5)}]}`,
  };
  it.each(Object.entries(shapes))("is linear for %s", (_, make) => {
    const work = (size: number) => {
      const line = make(size);
      return () => void safeParseAuditRecord(line);
    };
    expect(growth(work, 1 << 13)).toBeLessThan(24);
  });
});
