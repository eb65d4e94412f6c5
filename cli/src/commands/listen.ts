import type { ContextOf } from "../context.js";
import { newCommand } from "../options/command.js";
import { engineOption } from "../options/engine.js";
import { withFilters } from "../options/filters.js";
import { withRegion } from "../options/konnect.js";
import { bytes, integer } from "../options/numbers.js";
import { withOutput } from "../options/output.js";
import { duration } from "../options/time.js";

export function listenCommand(contextOf: ContextOf) {
  const command = newCommand(
    "listen",
    "Receive deliveries of Konnect and store their records.",
    "Stores them in files (default) or in NATS JetStream, or prints them. A batch is acknowledged when it is durable. Filters choose what is shown; everything is stored.",
  )
    .option("--folder <dir>", "store records in the files of this folder, each once", "audit-logs")
    .option(
      "--servers, --jetstream <urls>",
      "store records in NATS JetStream instead; servers separated by commas",
    )
    .option("--replicas <n>", "copies of the stream: 3 on a cluster of three", integer(1, 5), 1)
    .option("--stdout", "print records instead; they are as durable as what reads them")
    .option("--host <address>", "where to listen", "127.0.0.1")
    .option("--port <port>", "0 for any free port", integer(0, 65_535), 8080)
    .option("--cert <file>", "certificate in PEM: listen with HTTPS")
    .option("--key <file>", "key in PEM")
    .option(
      "--siem-token-file <file>",
      "a file with the destination's authorization (default: the variable SIEM_TOKEN)",
    )
    .option(
      "--keys <file|url>",
      "verify with this key set (JWKS); may be repeated (default: the region's, if one is given)",
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .addOption(engineOption())
    .option("--require-valid", "store valid records only; the others go to rejected.jsonl")
    .option("--segment-bytes <size>", "the size after which a new file begins", bytes, 64 * 2 ** 20)
    .option("--compress", "compress closed files with gzip")
    .option("--keep <age>", "delete closed files that were written longer ago, such as 90d", duration)
    .option(
      "--max-bytes <size>",
      "delete the oldest closed files while there are more bytes, such as 10G",
      bytes,
    )
    .option(
      "--max-concurrent <n>",
      "the most batches in progress; Konnect retries the others",
      integer(1, 1_000),
    )
    .option("--max-body-bytes <size>", "the most bytes of a delivery as sent (default: 16M)", bytes)
    .option("--max-inflated-bytes <size>", "the most bytes of a decompressed delivery (default: 64M)", bytes)
    .option("--body-timeout-ms <ms>", "the time limit for a delivery to arrive (default: 30000)", integer(1))
    .option("--state <dir>", "where rejected.jsonl and the lock are (default: the folder)");
  return withOutput(withFilters(withRegion(command))).action(async (options) => {
    const { listen } = await import("../listen/listen.js");
    await listen(options, contextOf(options));
  });
}
