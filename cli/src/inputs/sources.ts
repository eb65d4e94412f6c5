import { createReadStream } from "node:fs";
import { access, constants, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { archivesIn } from "../archive/archives.js";
import { wholeLines } from "../archive/read-lines.js";
import { listSegments, openSegment, parseSegmentName, pathOf, type Segment } from "../archive/segments.js";
import type { Log } from "../output/log.js";
import { decoded } from "./decode.js";

/** The argument that means standard input. */
export const STDIN = "-";

type OnRead = (bytes: number, chunk: Uint8Array) => void;

/** Something that a command reads records from. */
export interface Source {
  /** For messages: the path, or "standard input". */
  name: string;
  /** The segment, if it is one: of an archive, or given by its name. */
  segment?: Segment | undefined;
  /** In bytes, as it is stored. Undefined for standard input. */
  size: number | undefined;
  /** The records' bytes. Undefined if it was deleted meanwhile. `onRead` gets the number of stored bytes that were read, and the last of them. */
  open(onRead?: OnRead): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/**
 * What the arguments of a command mean: the segments of archive folders in their order, files, and standard input. A segment that
 * is given in both of its forms is read once.
 */
export async function sourcesOf(args: readonly string[], log: Log): Promise<Source[]> {
  const sources: Source[] = [];
  const seen = new Set<string>();
  const addSegment = async (segment: Segment) => {
    const key = join(await realpath(segment.folder), segment.name);
    if (!seen.has(key)) sources.push(await segmentSource(segment, log));
    seen.add(key);
  };
  for (const arg of args) {
    if (arg === STDIN) {
      sources.push(stdinSource(log));
      continue;
    }
    const segment = parseSegmentName(basename(arg));
    if ((await stat(arg)).isDirectory()) {
      for (const folder of await archivesIn(arg))
        for (const one of await listSegments(folder)) await addSegment(one);
    } else if (segment !== undefined) {
      await access(arg, constants.R_OK);
      const isGzip = basename(arg) !== segment.name;
      await addSegment({ folder: dirname(arg), ...segment, hasPlain: !isGzip, hasGzip: isGzip });
    } else {
      await access(arg, constants.R_OK);
      const path = await realpath(arg);
      if (seen.has(path)) log.warn(`${arg} was given twice: it is read once`);
      else sources.push(await fileSource(arg));
      seen.add(path);
    }
  }
  return sources;
}

function stdinSource(log: Log): Source {
  return {
    name: "standard input",
    size: undefined,
    async open(onRead) {
      if (process.stdin.isTTY) log.info("Reading standard input; end it with Ctrl-D.");
      return decoded(counted(process.stdin, onRead));
    },
  };
}

async function fileSource(path: string): Promise<Source> {
  const { size } = await stat(path);
  return {
    name: path,
    size,
    open: async (onRead) => decoded(counted(createReadStream(path), onRead)),
  };
}

async function segmentSource(segment: Segment, log: Log): Promise<Source> {
  const name = pathOf(segment);
  const { size } = await stat(name).catch(() => ({ size: 0 }));
  return {
    name,
    segment,
    size,
    async open(onRead) {
      const opened = await openSegment(segment);
      if (opened === undefined) return undefined;
      const chunks = counted(opened.stream, onRead);
      return opened.isGzip
        ? chunks
        : wholeLines(chunks, () => log.debug(`${opened.path}: the last line is not complete`));
    },
  };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: OnRead | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    onRead?.(bytes, chunk);
    yield chunk;
  }
}
