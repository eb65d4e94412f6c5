import { gzipSync } from "node:zlib";
import type { TargetSettings } from "../options/targets.js";
import { allTaken, authorization } from "./http.js";
import type { Encoded, Item, Target, TargetOptions } from "./target.js";

const TYPES: Record<TargetSettings["body"], string> = {
  lines: "text/plain; charset=utf-8",
  ndjson: "application/x-ndjson",
  json: "application/json",
};
const NEWLINE = Buffer.from("\n");

/**
 * A plain HTTP source: Sumo Logic, New Relic, Axiom, Cribl, VictoriaLogs. The body has the records only: one per line, or as JSON,
 * where a record that is not JSON is a string in `{"record": ...}`.
 */
export function rawHttp({
  url,
  credential,
  body = "lines",
  gzip,
  taken,
  http,
}: TargetOptions): Target<Uint8Array> {
  const headers = {
    ...authorization(credential),
    "content-type": TYPES[body],
    ...(gzip && { "content-encoding": "gzip" }),
  };
  const isTaken = taken && ((status: number) => taken.includes(status));
  return {
    maxItems: 1_000,
    // Sumo Logic's limit for a good ingest is 1 MB.
    maxBytes: 1_000_000,
    encode: body === "lines" ? bytesOf : (item) => Buffer.from(jsonOf(item)),
    async send(records) {
      const plain = body === "json" ? arrayOf(records) : linesOf(records);
      await http.post(url, headers, gzip ? gzipSync(plain) : plain, { isTaken });
      return allTaken(records);
    },
  };
}

/** The record's own bytes. */
export function bytesOf({ raw, bytes }: Item): Uint8Array {
  return bytes ?? Buffer.from(raw);
}

/** A JSON or CPS record is JSON already. */
function jsonOf({ raw }: Item): string {
  if (raw.startsWith("{"))
    try {
      JSON.parse(raw);
      return raw;
    } catch {
      // A broken record is a string too.
    }
  return JSON.stringify({ record: raw });
}

function linesOf(records: readonly Encoded<Uint8Array>[]): Buffer {
  return Buffer.concat(records.flatMap(({ text }) => [text, NEWLINE]));
}

function arrayOf(records: readonly Encoded<Uint8Array>[]): Buffer {
  const comma = Buffer.from(",");
  const parts = records.flatMap(({ text }, i) => (i === 0 ? [text] : [comma, text]));
  return Buffer.concat([Buffer.from("["), ...parts, Buffer.from("]")]);
}
