import { Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../../context.js";
import { withFileMode } from "../../options/archive.js";
import { newCommand } from "../../options/command.js";
import { integer } from "../../options/numbers.js";
import { withService } from "../../options/service.js";
import { duration } from "../../options/time.js";

/** Whom records can be forwarded to. */
const TARGETS = ["splunk", "datadog", "elastic", "loki", "otlp", "cloudwatch"] as const;

export function forwardCommand(contextOf: ContextOf) {
  const command = newCommand(
    "forward",
    "Forward records to a SIEM: an archive, files, or NATS JetStream.",
    "Each record is retried until the target takes it; one that it never takes goes to a dead-letter file. A later run continues.",
  )
    .argument("[files...]", "an archive folder, or files (plain or gzip), - for standard input")
    .addOption(new Option("--to <target>", "the SIEM").choices(TARGETS))
    .option("--url <url>", "the target without the path, such as https://splunk.example.com:8088")
    .option("-f, --follow", "go on with new records of the archive until SIGTERM or Ctrl-C")
    .option(
      "--credential-file <file>",
      "a file with Splunk's token, Datadog's key, or the Authorization (default: the variable SIEM_CREDENTIAL)",
    )
    .option("--header-file <file>", "more headers for each request, one `Name: value` a line")
    .option("--ca <file>", "trust this certificate authority (PEM) as well")
    .option("--index <name>", "Elastic's index or data stream (default: logs-konnect.audit-default)")
    .option("--group <name>", "CloudWatch's log group")
    .option("--stream <name>", "CloudWatch's log stream")
    .option("--tenant <name>", "Loki's tenant (X-Scope-OrgID)")
    .option("--servers, --jetstream <urls>", "read from these NATS servers until Ctrl-C, separated by commas")
    .option(
      "--name <name>",
      "the reader: whose position it is (default: the target and a hash). With --jetstream the durable consumer; several with one name share the work (default: siem-TARGET)",
    )
    .option("--forget <name>", "end this reader of the archive: retention does not wait for it any more")
    .option("--resend", "send the dead letters again; those that are refused again stay")
    .option(
      "--state <dir>",
      "where position and dead letters are (default: positions/ in the archive; for files the working folder)",
    )
    .option("--dead-letter <file>", "another file for records that the target refuses")
    .option("--batch <n>", "records at once", integer(1, 999_999), 2_000)
    .addOption(
      new Option("--min-wait <time>", "the first wait while the target is busy")
        .argParser(duration)
        .default(1_000, "1s"),
    );
  return withService(withFileMode(command)).action(async (files, options) => {
    const { forward } = await import("./run.js");
    await forward(files, options, contextOf(options));
  });
}
