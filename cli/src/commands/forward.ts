import { Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../context.js";
import { newCommand } from "../options/command.js";
import { integer } from "../options/numbers.js";

/** Whom records can be forwarded to. */
const TARGETS = ["splunk", "datadog", "elastic", "loki", "otlp", "cloudwatch"] as const;

export function forwardCommand(contextOf: ContextOf) {
  return newCommand(
    "forward",
    "Forward records to a SIEM, from files or NATS JetStream.",
    "Each record is retried until the target takes it; one that it never takes goes to a dead-letter file. A later run continues.",
  )
    .argument("[files...]", "files to forward, plain or gzip")
    .addOption(new Option("--to <target>", "the SIEM").choices(TARGETS).makeOptionMandatory())
    .option("--url <url>", "the target without the path, such as https://splunk.example.com:8088")
    .option(
      "--credential-file <file>",
      "a file with Splunk's token, Datadog's key, or the Authorization (default: the variable SIEM_CREDENTIAL)",
    )
    .option("--index <name>", "Elastic's index or data stream (default: logs-konnect.audit-default)")
    .option("--group <name>", "CloudWatch's log group")
    .option("--stream <name>", "CloudWatch's log stream")
    .option("--servers, --jetstream <urls>", "read from these NATS servers until Ctrl-C, separated by commas")
    .option(
      "--name <name>",
      "the durable consumer of JetStream; several with one name share the work (default: siem-TARGET)",
    )
    .option("--state <dir>", "where the position, the dead letters and the lock are", ".")
    .option("--dead-letter <file>", "another file for records that the target refuses")
    .option("--batch <n>", "records at once", integer(1, 999_999), 2_000)
    .option("--min-wait <ms>", "the first wait while the target is busy", integer(1, 999_999), 1_000)
    .action(async (files, options) => {
      const { forwardRecords } = await import("../forward/forward-records.js");
      await forwardRecords(files, options, contextOf(options));
    });
}
