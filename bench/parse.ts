import { createRequire } from "node:module";
import { type AuditEvent, parseAuditRecord } from "konnect-audit-logs/records";
import { auditRecords } from "konnect-audit-logs/testing";
import { interleaved, rate, ratio, row } from "./rounds.js";

const nsyslog: (line: string, options: object) => { chain?: unknown; fields?: unknown } = createRequire(
  import.meta.url,
)("nsyslog-parser");

/** Text of its own, as a stream brings it: not joined from parts, nor cut out of something longer. */
const flat = (text: string) => Buffer.from(text).toString();

/** What a user reads of an event: enough that no work can be left undone. */
const use = (event: AuditEvent) => {
  const { org_id = "", type, trace_id = "", sig = "", user_agent = "" } = event;
  const outcome =
    event.type === "authorization"
      ? event.granted
      : event.type === "authentication"
        ? event.success
        : event.severity === 1;
  return org_id.length + type.length + trace_id.length + sig.length + user_agent.length + (outcome ? 1 : 0);
};

export async function benchParse(count: number, rounds: number): Promise<void> {
  const signature = "S".repeat(86);
  const sign = { sign: (line: string) => line } as never;
  const unsigned = (format: "cef" | "json") => [
    ...auditRecords(count, { format, signer: sign, seed: "bench" }),
  ];
  const cef = unsigned("cef").map((line) => flat(`${line} sig=${signature}`));
  const json = unsigned("json").map((line) => flat(`${line.slice(0, -1)},"sig":"${signature}"}`));
  const bare = cef.map((line) => flat(line.slice(line.indexOf("CEF:"))));
  let sink = 0;
  const each = (lines: string[], read: (line: string) => number) => () =>
    rate(() => {
      for (const line of lines) sink += read(line);
      return lines.length;
    });
  const some = bare.slice(0, count / 10);
  const results = await interleaved(
    {
      cef: each(cef, (line) => use(parseAuditRecord(line))),
      json: each(json, (line) => use(parseAuditRecord(line))),
      plain: each(json, (line) => {
        const { org_id, name, trace_id, sig, user_agent, granted, success, severity } = JSON.parse(line);
        return (
          org_id.length +
          name.length +
          trace_id.length +
          sig.length +
          user_agent.length +
          ((granted ?? success ?? severity) ? 1 : 0)
        );
      }),
      nsyslog: each(some, (line) => Object.keys(nsyslog(line, { cef: true, fields: true })).length),
    },
    rounds,
  );
  row("parseAuditRecord, CEF", "JSON.parse of the same events", ratio(results.cef!, results.plain!));
  row("parseAuditRecord, CEF", "nsyslog-parser 0.10.1", ratio(results.cef!, results.nsyslog!));
  row(
    "parseAuditRecord, JSON, no digit lost",
    "JSON.parse of the same events",
    ratio(results.json!, results.plain!),
  );
  if (sink === 0) throw new Error("nothing was read");
}
