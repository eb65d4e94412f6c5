import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Verification } from "konnect-audit-logs";
import { auditRecord } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/cleanup.js";
import { foreignRecords } from "../../src/archive/organization.js";
import { ArchiveWriter, type WriterOptions } from "../../src/archive/writer.js";
import { testContext } from "../support/context.js";
import { received } from "../support/received.js";
import { stored } from "../support/segments.js";

const US = "https://us.api.konghq.com";
const EU = "https://eu.api.konghq.com";
const record = (options: Parameters<typeof auditRecord>[0]) => received(auditRecord(options));
const info = (folder: string) => JSON.parse(readFileSync(join(folder, "archive.json"), "utf8"));

async function open(folder: string, more: Partial<WriterOptions> = {}) {
  const { context, messages } = testContext();
  const writer = await ArchiveWriter.open({ folder, source: "deliveries", baseUrls: [], ...more }, context);
  return { writer, messages };
}
const opened = async (folder: string, more: Partial<WriterOptions> = {}) => {
  const { writer, messages } = await open(folder, more);
  await writer.close();
  return messages;
};

describe("an archive", () => {
  it("belongs to the base URLs that are known first, until a region is added", async () => {
    const folder = temporaryFolder();
    await opened(folder);
    expect(info(folder)).toMatchObject({
      version: 1,
      source: "deliveries",
      baseUrls: [],
      organization: null,
    });
    await opened(folder, { baseUrls: [US] });
    await opened(folder);
    await expect(open(folder, { baseUrls: [EU] })).rejects.toThrow(
      new RegExp(`is an archive of ${US}, not of ${EU}: .*--add-region`),
    );
    await opened(folder, { baseUrls: [EU], addRegion: true });
    await opened(folder, { baseUrls: [EU] });
    expect(info(folder).baseUrls).toEqual([US, EU]);
  });

  it("belongs to one way of getting records", async () => {
    const folder = temporaryFolder();
    await opened(folder);
    await expect(open(folder, { source: "pull", baseUrls: [US] })).rejects.toThrow(
      /is an archive of deliveries \(listen\), this command writes pulled records \(pull\)/,
    );
  });

  it("of 1.0.0-rc.1 is adopted with one line, and its records are not stored again", async () => {
    const folder = temporaryFolder();
    const old = record({ seed: "old" });
    writeFileSync(join(folder, "audit-20261101T000000Z-000001.log"), `${old.text}\n`);
    const { writer, messages } = await open(folder);
    await writer.append([old, record({ seed: "new" })]);
    await writer.close();
    expect(messages).toEqual([
      expect.stringMatching(/is an archive of 1\.0\.0-rc\.1: archive\.json was added/),
    ]);
    expect(stored(folder).trim().split("\n")).toHaveLength(2);
    expect(await opened(folder)).toEqual([]);
  });

  it.each([
    ["{", /archive\.json is broken/],
    ['{"version":2,"source":"pull","baseUrls":[],"organization":null,"created":"x"}', /has version 2/],
  ])("with %s as its information is refused", async (text, problem) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "archive.json"), text);
    await expect(open(folder)).rejects.toThrow(problem);
  });

  it("has the records of one organization, and keeps those of another as rejected", async () => {
    const folder = temporaryFolder();
    const { writer, messages } = await open(folder);
    const [own, other] = [record({ org_id: "A-1", seed: 1 }), record({ org_id: "B-2", seed: 2 })];
    const without = received("no record");
    expect(await writer.append([without, own, other])).toBe(2);
    await writer.close();
    expect(info(folder).organization).toBe("A-1");
    expect(stored(folder)).toBe(`no record\n${own.text}\n`);
    expect(messages.join()).toMatch(/organization A-1, and 1 of 3 records are of B-2/);
    const rejected = JSON.parse(readFileSync(join(folder, "rejected.jsonl"), "utf8"));
    expect(rejected).toMatchObject({ reason: "other_organization", records: [{ text: other.text }] });
  });

  it("learns its organization from a valid record only, where keys are given", async () => {
    const folder = temporaryFolder();
    const { writer } = await open(folder, { isVerified: true });
    const forged = record({ org_id: "EVIL", seed: 1 });
    forged.verification = { status: "invalid", reason: "no_key_matched" } as Verification;
    await writer.append([forged]);
    expect(info(folder).organization).toBeNull();
    const valid = record({ org_id: "A-1", seed: 2 });
    valid.verification = { status: "valid" } as Verification;
    await writer.append([valid]);
    await writer.close();
    expect(info(folder).organization).toBe("A-1");
  });
});

/** Whether it is in the archive of an organization, alone and beside another one. */
function isOf(organization: string, record: ReturnType<typeof received>): boolean {
  const beside = received("no record");
  const batch = [beside, record, beside, record];
  const lines = Buffer.from(batch.map(({ text }) => `${text}\n`).join(""));
  const foreign = foreignRecords(organization, batch, lines);
  expect([[], [record, record]]).toContainEqual(foreign);
  return foreign.length === 0;
}

describe("the organization of a record", () => {
  const own = "6f1f8f9c-0d7c-4f0e-9a52-3c8e0d6f2b17";
  const other = "00000000-0d7c-4f0e-9a52-3c8e0d6f2b17";

  it.each(["cef", "json", "cps"] as const)("is told from another one in %s", (format) => {
    for (const seed of [1, 2, 3])
      for (const type of ["authorization", "authentication", "access"] as const) {
        expect(isOf(own, record({ format, type, seed, org_id: own }))).toBe(true);
        expect(isOf(own, record({ format, type, seed, org_id: other }))).toBe(false);
        expect(isOf(own, record({ format, type, seed, org_id: `${own}0` }))).toBe(false);
        expect(isOf(own, record({ format, type, seed, org_id: undefined }))).toBe(true);
      }
  });

  it("is the one that the event has, whatever a client writes into its text", () => {
    for (const format of ["cef", "json"] as const)
      for (const user_agent of [`org_id=${own}`, `"org_id":"${own}"`, "\\u0061", `org_id=${other}`])
        for (const org_id of [own, other]) {
          const made = record({ format, org_id, user_agent });
          expect(isOf(own, made)).toBe(made.event?.org_id === own);
        }
  });

  it("is found under a key that is written in another way", () => {
    const line = record({ format: "json", org_id: other, user_agent: `"org_id":"${own}"` }).text;
    const odd = received(line.replace('"org_id":', '"org\\u005fid":'));
    expect(isOf(own, odd)).toBe(false);
  });
});
