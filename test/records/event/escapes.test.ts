import { describe, expect, it } from "vitest";
import { type AuditEvent, parseAuditRecord, parseCef } from "../../../src/records/index.js";

const ACCESS = "CEF:0|KongInc|Konnect|1.0|KongGateway|Ingress|1|";
const CLIENTS = ["request", "query", "user_agent", "principal_name"];
const value = (event: AuditEvent, key: string) => (event as unknown as Record<string, unknown>)[key];

describe("escapes in client-chosen text", () => {
  const withText = (key: string, text: string) => {
    const fields: Record<string, string> = {
      rt: "1",
      src: "192.0.2.1",
      request: "/v2/x",
      act: "GET",
      principal_name: "Ada",
      status: "200",
    };
    Object.assign(fields, {
      org_id: "o",
      principal_id: "p",
      user_agent: "curl",
      trace_id: "t",
      query: "{}",
      [key]: text,
    });
    const written = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    return parseAuditRecord(`${ACCESS}${written.join(" ")} sig=${"S".repeat(86)}`);
  };

  it.each(CLIENTS)("of %s make no line break", (key) => {
    for (const text of ["C:\\x\\n\\readme", "\\n", "a\\r\\nb", "\\\\n", "\\n trace"]) {
      const event = withText(key, text);
      expect(value(event, key)).toBe(text.replaceAll("\\\\", "\\"));
      expect(event.duplicates).toEqual([]);
    }
    expect(value(withText(key, "a\\=b\\\\c\\d"), key)).toBe("a=b\\c\\d");
  });

  it("of a query stay as sent where only that is JSON", () => {
    const query = (text: string) => value(withText("query", text), "query");
    expect(query('{"q":"C:\\\\d"}')).toBe('{"q":"C:\\\\d"}');
    expect(query('{"q":"\\\\\\\\d"}')).toBe('{"q":"\\\\\\\\d"}');
    expect(query('{"q":"a\\=b"}')).toBe('{"q":"a=b"}');
    expect(query("a\\=b\\\\c")).toBe("a=b\\c");
    const deep = `${'{"a":'.repeat(600)}"\\\\d"${"}".repeat(600)}`;
    expect(query(deep)).toBe(deep.replace("\\\\", "\\"));
  });

  it("are those of the standard in other fields, and in parseCef", () => {
    const line = "CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|rt=1 action=a\\nb user_agent=c\\nd";
    expect(parseAuditRecord(line)).toMatchObject({ action: "a\nb", user_agent: "c\\nd" });
    expect(parseCef(line).extensions).toMatchObject({ action: "a\nb", user_agent: "c\nd" });
  });
});
