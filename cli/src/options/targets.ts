import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { bytes } from "./numbers.js";

/** Whom records can be forwarded to. */
export const TARGETS = [
  "syslog",
  "http",
  "s3",
  "splunk",
  "datadog",
  "elastic",
  "loki",
  "otlp",
  "cloudwatch",
] as const;
export type TargetName = (typeof TARGETS)[number];

/** How a target is reached, and what it gets. */
export interface TargetSettings {
  to?: TargetName | undefined;
  url?: string | undefined;
  credentialFile?: string | undefined;
  headerFile?: string | undefined;
  ca?: string | undefined;
  clientCert?: string | undefined;
  clientKey?: string | undefined;
  maxMessageBytes: number;
  as: "raw";
  body: "lines" | "ndjson" | "json";
  gzip?: true | undefined;
  taken?: number[] | undefined;
  bucket?: string | undefined;
  prefix?: string | undefined;
  endpoint?: string | undefined;
  pathStyle?: true | undefined;
  index?: string | undefined;
  group?: string | undefined;
  stream?: string | undefined;
  tenant?: string | undefined;
}

/** The targets that each option is for. An option that is not here is for all. */
export const TARGETS_OF: Record<string, readonly TargetName[]> = {
  clientCert: ["syslog"],
  clientKey: ["syslog"],
  maxMessageBytes: ["syslog"],
  as: ["syslog", "http", "s3"],
  body: ["http"],
  gzip: ["http"],
  taken: ["http"],
  bucket: ["s3"],
  prefix: ["s3"],
  endpoint: ["s3"],
  pathStyle: ["s3"],
  index: ["elastic"],
  group: ["cloudwatch"],
  stream: ["cloudwatch"],
  tenant: ["loki"],
  headerFile: ["http", "splunk", "datadog", "elastic", "loki", "otlp"],
};

/** Adds the options of the targets. */
export function withTargets<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return command
    .option(
      "--url <url>",
      "the target: https://splunk.example.com:8088 without the path, with the path for http, tls://host:6514 or tcp://host:514 for syslog",
    )
    .option(
      "--credential-file <file>",
      "a file with Splunk's token, Datadog's key, or the Authorization (default: the variable SIEM_CREDENTIAL)",
    )
    .option("--header-file <file>", "more headers for each request, one `Name: value` a line")
    .option("--ca <file>", "trust this certificate authority (PEM) as well")
    .option("--client-cert <file>", "syslog: the client's certificate (PEM)")
    .option("--client-key <file>", "syslog: the key of the client's certificate (PEM)")
    .addOption(
      new Option("--max-message-bytes <size>", "syslog: a longer message is refused")
        .argParser(bytes)
        .default(8_192, "8K, as rsyslog"),
    )
    .addOption(
      new Option("--as <form>", "syslog, http, s3: the form of a record")
        .choices(["raw"])
        .default("raw" as const, "raw, its own bytes"),
    )
    .addOption(
      new Option("--body <format>", "http: one record per line, JSON lines, or a JSON array")
        .choices(["lines", "ndjson", "json"])
        .default("lines" as const),
    )
    .option("--gzip", "http: compress the body")
    .option("--taken <statuses>", "http: the statuses of a success, such as 200,202 (default: 2xx)", statuses)
    .option("--bucket <name>", "s3: the bucket")
    .option("--prefix <text>", "s3: what the keys of objects begin with")
    .option("--endpoint <url>", "s3: another server than Amazon's")
    .option("--path-style", "s3: the bucket is in the path, not in the host name")
    .option("--index <name>", "elastic: index or data stream (default: logs-konnect.audit-default)")
    .option("--group <name>", "cloudwatch: the log group")
    .option("--stream <name>", "cloudwatch: the log stream")
    .option("--tenant <name>", "loki: the tenant (X-Scope-OrgID)");
}

/** Statuses of HTTP, separated by commas. */
function statuses(text: string): number[] {
  return text.split(",").map((one) => {
    if (!/^[2-5]\d\d$/.test(one.trim())) throw new InvalidArgumentError("must be statuses such as 200,202.");
    return Number(one);
  });
}
