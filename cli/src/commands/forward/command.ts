import { Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../../context.js";
import { withFileMode } from "../../options/archive.js";
import { newCommand } from "../../options/command.js";
import { integer } from "../../options/numbers.js";
import { withService } from "../../options/service.js";
import { TARGETS, withTargets } from "../../options/targets.js";
import { duration } from "../../options/time.js";

export function forwardCommand(contextOf: ContextOf) {
  const command = newCommand(
    "forward",
    "Forward records to a SIEM: an archive, files, or NATS JetStream.",
    "Each record is retried until the target takes it; one that it never takes goes to a dead-letter file. A later run continues.",
  )
    .argument("[files...]", "an archive folder, or files (plain or gzip), - for standard input")
    .addOption(new Option("--to <target>", "the SIEM").choices(TARGETS))
    .option("-f, --follow", "go on with new records of the archive until SIGTERM or Ctrl-C")
    .option("--test", "send one marked record, and say what came back");
  const sent = withTargets(command)
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
    .option("--batch <n>", "records at once (default: 2000; syslog: 20000)", integer(1, 999_999))
    .addOption(
      new Option("--min-wait <time>", "the first wait while the target is busy")
        .argParser(duration)
        .default(1_000, "1s"),
    );
  return withService(withFileMode(sent)).action(async (files, options) => {
    const { forward } = await import("./run.js");
    await forward(files, options, contextOf(options));
  });
}
