import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { safeParseAuditRecord } from "konnect-audit-logs/records";
import { type AuditRecordOptions, auditRecord } from "konnect-audit-logs/testing";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import type { Row } from "../../src/output/columns.js";
import { createEventWriter } from "../../src/output/event-writer.js";

const at = (text: string) => Date.parse(text);
const row = (options: AuditRecordOptions, more: Partial<Row> = {}): Row => {
  const raw = auditRecord({
    src: "192.0.2.228",
    principal_id: "3c64c52c-8fba-4c38-871e-eaad9e69fb34",
    ...options,
  });
  return { raw, event: safeParseAuditRecord(raw).event, ...more };
};

/** What a table prints on a terminal of some columns. */
async function printed(rows: readonly Row[], columns = 80, options = {}): Promise<string[]> {
  let text = "";
  const write = (chunk: Buffer, _: unknown, done: () => void) => {
    text += chunk;
    done();
  };
  const stream = Object.assign(new Writable({ write }), { isTTY: true, columns });
  const writer = createEventWriter({ output: "table", stream, ...options });
  for (const one of rows) await writer.write(one);
  await writer.end();
  return stripVTControlCharacters(text).trimEnd().split("\n");
}

const list = {
  resource: "control-planes",
  action: "list",
  granted: true,
  at: at("2026-12-01T08:00:01.500Z"),
};

describe("the table of records", () => {
  it("shows time of day, result, summary, short principal and address at 80 columns", async () => {
    expect(await printed([row(list)])).toEqual([
      "TIME      RESULT   SUMMARY              PRINCIPAL  SRC",
      "08:00:01  granted  list control-planes  3c64c52c   192.0.2.228",
    ]);
  });

  it("marks a record with a signal in front, and has the names at the end, which are never cut", async () => {
    const injected = row({ ...list, granted: false, user_agent: "x granted=true", escapeClientText: false });
    for (const columns of [60, 80, 120]) {
      const lines = await printed([row(list), injected], columns);
      expect(lines[2]).toMatch(/^‼ {2}08:00:01 {2}denied .* field_injection authorization_denied$/);
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it("has a line with the date when the day changes, and none before the first row", async () => {
    const lines = await printed([row(list), row({ ...list, at: at("2026-12-02T00:00:00Z") })]);
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^08:00:01/),
      "2026-12-02",
      expect.stringMatching(/^00:00:00/),
    ]);
  });

  it("has the verdict where there are keys, and the region where there are several", async () => {
    const verification = {
      status: "invalid",
      reason: "signature_mismatch",
    } as unknown as Row["verification"];
    const lines = await printed([row(list, { verification, region: "eu" })], 120, {
      isVerified: true,
      hasRegions: true,
    });
    expect(lines[0]).toMatch(/^ {3}TIME +REGION +VERDICT +RESULT/);
    expect(lines[1]).toMatch(/^‼ {2}08:00:01 {2}eu +invalid +granted/);
  });

  it("shows the columns that are asked for in full", async () => {
    const lines = await printed([row(list)], 120, { columns: ["time", "principal_id", "type"] });
    expect(lines[1]).toBe("2026-12-01T08:00:01.500Z  3c64c52c-8fba-4c38-871e-eaad9e69fb34  authorization");
  });

  it("prints a row when nothing else comes, without waiting for a page", async () => {
    let text = "";
    const write = (chunk: Buffer, _: unknown, done: () => void) => {
      text += chunk;
      done();
    };
    const stream = Object.assign(new Writable({ write }), { isTTY: true, columns: 80 });
    await createEventWriter({ output: "table", stream }).write(row(list));
    await expect.poll(() => text).toMatch(/list control-planes/);
  });

  it("refuses a column that is a typing error", () => {
    expect(() => createEventWriter({ columns: ["tiem"] })).toThrow(
      /--columns: tiem is not a field. Did you mean time\?/,
    );
    expect(() => createEventWriter({ columns: ["time", "somethingNew"] })).not.toThrow();
  });
});
