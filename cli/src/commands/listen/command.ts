import { Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../../context.js";
import { withArchive } from "../../options/archive.js";
import { newCommand } from "../../options/command.js";
import { withFilters } from "../../options/filters.js";
import { withRegion } from "../../options/konnect.js";
import { bytes, integer } from "../../options/numbers.js";
import { withOutput } from "../../options/output.js";
import { withService } from "../../options/service.js";
import { several, text } from "../../options/several.js";
import { duration } from "../../options/time.js";

export function listenCommand(contextOf: ContextOf) {
  const command = newCommand(
    "listen",
    "Receive deliveries of Konnect and store their records.",
    "Stores them in an archive folder (default) or in NATS JetStream, or prints them. A batch is acknowledged when it is durable. Filters choose what is shown; everything is stored.",
  )
    .option("--folder <dir>", "store records in this archive folder, each once", "audit-logs")
    .option("--add-region", "let the folder take records of another region as well")
    .option(
      "--servers, --jetstream <urls>",
      "store records in NATS JetStream instead; servers separated by commas",
    )
    .option("--replicas <n>", "copies of a new stream: 3 on a cluster of three (default: 1)", integer(1, 5))
    .option("--max-age <age>", "how long a new stream keeps records (default: 30d)", duration)
    .option(
      "--duplicate-window <age>",
      "how long a new stream recognizes a repeated record (default: 1h)",
      duration,
    )
    .option("--stdout", "print records instead; they are as durable as what reads them")
    .option("--host <address>", "where to listen", "127.0.0.1")
    .option("--port <port>", "0 for any free port", integer(0, 65_535), 8080)
    .option("--cert <file>", "certificate in PEM: listen with HTTPS")
    .option("--key <file>", "key in PEM")
    .option(
      "--siem-token-file <file>",
      "a file with the destination's authorization; may be repeated while it is rotated (default: the variable SIEM_TOKEN)",
      several(text),
    )
    .option(
      "--keys <file|url>",
      "verify with this key set (JWKS); may be repeated (default: the region's, if one is given)",
      several(text),
    )
    .option("--require-valid", "store valid records only; the others go to rejected.jsonl")
    .option(
      "--max-concurrent <n>",
      "the most batches in progress; Konnect retries the others",
      integer(1, 1_000),
    )
    .option("--max-body-bytes <size>", "the most bytes of a delivery as sent (default: 16M)", bytes)
    .option("--max-inflated-bytes <size>", "the most bytes of a decompressed delivery (default: 64M)", bytes)
    .addOption(
      new Option("--max-line-bytes <size>", "a longer record goes to rejected.jsonl")
        .argParser(bytes)
        .default(2 ** 20, "1M"),
    )
    .option("--body-timeout <time>", "the time limit for a delivery to arrive (default: 30s)", duration)
    .option(
      "--max-connections <n>",
      "the most connections at once (default: 256, or what the limit of open files allows)",
      integer(1, 100_000),
    )
    .option(
      "--state <dir>",
      "where rejected.jsonl is (default: the folder; with --jetstream the working folder)",
    );
  return withService(withOutput(withFilters(withRegion(withArchive(command))))).action(async (options) => {
    const { listen } = await import("./run.js");
    await listen(options, contextOf(options));
  });
}
