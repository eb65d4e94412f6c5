import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { bytes } from "./numbers.js";
import { duration } from "./time.js";

/** How an archive folder is written. */
export interface ArchiveOptions {
  segmentBytes: number;
  segmentAge: number;
  compress?: true | undefined;
  keep?: number | undefined;
  keepSilent?: true | undefined;
  maxBytes?: number | undefined;
  fileMode?: number | undefined;
}

const DAY = 24 * 3_600_000;

/** Adds the options of a command that writes an archive. */
export function withArchive<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return withFileMode(command)
    .addOption(
      new Option("--segment-bytes <size>", "the size after which a new segment begins")
        .argParser(bytes)
        .default(64 * 2 ** 20, "64M"),
    )
    .addOption(
      new Option("--segment-age <age>", "the age after which a new segment begins")
        .argParser(duration)
        .default(DAY, "1d"),
    )
    .option("--compress", "compress closed segments with gzip")
    .option("--keep <age>", "delete closed segments whose newest record is older, such as 90d", duration)
    .option("--keep-silent", "let --keep count by this machine's clock alone, also if no records arrive")
    .option(
      "--max-bytes <size>",
      "delete the oldest closed segments while the folder has more bytes, such as 10G",
      bytes,
    );
}

/** Adds `--file-mode`. */
export function withFileMode<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return command.option(
    "--file-mode <mode>",
    "permissions of new files, such as 0640 for a log shipper (default: 0600)",
    fileMode,
  );
}

function fileMode(text: string): number {
  const mode = Number.parseInt(text, 8);
  // Others than the owner never write.
  if (/^0?[0-7]{3}$/.test(text) && (mode & 0o600) === 0o600 && (mode & 0o133) === 0) return mode;
  throw new InvalidArgumentError("must be octal permissions such as 0600, 0640 or 0644.");
}
