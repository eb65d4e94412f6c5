import { modesOf } from "../../archive/files.js";
import type { Sink } from "../../archive/sink.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import type { ArchiveOptions } from "../../options/archive.js";

/** Where records are stored. */
export interface SinkOptions extends ArchiveOptions {
  folder: string;
  addRegion?: true | undefined;
  jetstream?: string | undefined;
  replicas?: number | undefined;
  maxAge?: number | undefined;
  duplicateWindow?: number | undefined;
  stdout?: true | undefined;
  state?: string | undefined;
}

/** What is known of the records. */
export interface Origin {
  baseUrls: readonly string[];
  /** Whether keys are given. */
  isVerified: boolean;
}

/** Opens the sink that the options name. Undefined for standard output, which stores nothing. */
export async function openSink(
  options: SinkOptions,
  { baseUrls, isVerified }: Origin,
  context: Context,
): Promise<Sink | undefined> {
  const { jetstream, stdout, folder, state, keep, maxAge, duplicateWindow, segmentAge, fileMode, ...rest } =
    options;
  const modes = modesOf(fileMode);
  if (jetstream !== undefined && stdout)
    throw new ExitError(2, "--jetstream and --stdout cannot be combined: give one of them");
  if (stdout) return undefined;
  if (jetstream !== undefined) {
    const { openJetStreamSink } = await import("../../jetstream/sink.js");
    const stream = { replicas: rest.replicas, maxAgeMs: maxAge, duplicateWindowMs: duplicateWindow };
    return openJetStreamSink({ servers: jetstream.split(","), stream, state: state ?? ".", modes }, context);
  }
  const { ArchiveWriter } = await import("../../archive/writer.js");
  return ArchiveWriter.open(
    {
      ...{ folder, rejectedFolder: state, modes, source: "deliveries", baseUrls, isVerified },
      ...{ addRegion: rest.addRegion, compress: rest.compress, keepMs: keep, keepSilent: rest.keepSilent },
      ...{ maxBytes: rest.maxBytes, segmentBytes: rest.segmentBytes, segmentAgeMs: segmentAge },
    },
    context,
  );
}
