import { describe, expect, it } from "vitest";
import type { SignedRecord } from "../../src/records/signed/signed-record.js";
import { packRecords } from "../../src/signature/packed-records.js";

const signature = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
const record = (
  payload: SignedRecord["payload"],
  unwrappedPayload?: SignedRecord["unwrappedPayload"],
): SignedRecord => ({
  signature,
  payload,
  isCps: unwrappedPayload !== undefined,
  unwrappedPayload,
});
const utf8 = (text: string) => [...new TextEncoder().encode(text)];

/** The signature and the payload of a message, at an offset. */
function messageAt(bytes: Uint8Array, at: number, length: number) {
  const part = (from: number, size: number) => [...bytes.subarray(at + from, at + from + size)];
  return { s: part(0, 32), r: part(32, 32), payload: part(96, length) };
}

describe("packRecords", () => {
  const records = [
    record("text"),
    record(Uint8Array.of(9, 8, 7)),
    record('{"event":{}}', "{}"),
    record("€".repeat(50)),
  ];
  const payloads = [utf8("text"), [9, 8, 7], utf8('{"event":{}}'), utf8("€".repeat(50))];

  it("lays out S, R, room for a key, the payload, and room for the padding", () => {
    const { bytes, rows } = packRecords(records);
    expect(rows).toHaveLength(16);
    for (const [i, payload] of payloads.entries()) {
      const [at = 0, length = 0] = rows.subarray(4 * i);
      expect(messageAt(bytes, at, length)).toEqual({
        s: [...signature.subarray(32)],
        r: [...signature.subarray(0, 32)],
        payload,
      });
    }
    const messages = [0, 1, 2, 3].map((i) => [...rows.subarray(4 * i, 4 * i + 4)]);
    const ends = [4, 3, 12, 150].map((length) => 96 + length + 144);
    expect(messages[0]).toEqual([0, 4, 0, 0]);
    expect(messages[1]).toEqual([ends[0], 3, 0, 0]);
    expect(messages[2]).toEqual([ends[0]! + ends[1]!, 12, ends[0]! + ends[1]! + ends[2]!, 2]);
    expect(messageAt(bytes, messages[2]![2]!, 2).payload).toEqual(utf8("{}"));
    expect(bytes.length).toBe(messages[3]![0]! + ends[3]!);
  });

  it("writes into spare memory exactly if it is large enough", () => {
    const room = 3 * (96 + 144) + 3 * 4 + 3 + 2 * 3;
    const some = [record("text"), record(Uint8Array.of(9, 8, 7)), record("€€")];
    for (const [size, isUsed] of [
      [room - 1, false],
      [room, true],
      [room + 500, true],
    ] as const) {
      const spare = new ArrayBuffer(size);
      new Uint8Array(spare).fill(0xff);
      const packed = packRecords(some, spare);
      expect(packed.bytes.buffer === spare).toBe(isUsed);
      expect(messageAt(packed.bytes, packed.rows[8]!, packed.rows[9]!).payload).toEqual(utf8("€€"));
    }
  });
});
