import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import type { Sink } from "../sinks/sink.js";

/** Where records are stored. */
export interface SinkOptions {
  folder: string;
  jetstream?: string | undefined;
  replicas: number;
  stdout?: true | undefined;
  segmentBytes: number;
  compress?: true | undefined;
  keep?: number | undefined;
  maxBytes?: number | undefined;
  state?: string | undefined;
}

/** Opens the sink that the options name. Undefined for standard output, which stores nothing. */
export async function openSink(options: SinkOptions, context: Context): Promise<Sink | undefined> {
  const { jetstream, stdout, folder, state, keep, maxBytes, compress, segmentBytes, replicas } = options;
  if (jetstream !== undefined && stdout)
    throw new ExitError(2, "--jetstream and --stdout cannot be combined: give one of them");
  if (stdout) return undefined;
  if (jetstream !== undefined) {
    const { openJetStreamSink } = await import("../sinks/jetstream/jetstream-sink.js");
    return openJetStreamSink({ servers: jetstream.split(","), replicas }, context);
  }
  const { FileSink } = await import("../sinks/files/file-sink.js");
  return FileSink.open({ folder, state, keepMs: keep, maxBytes, compress, segmentBytes, log: context.log });
}
