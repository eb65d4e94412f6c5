import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { cutBack, type Modes, openToAppend, syncFolder } from "./files.js";

/** How much is read at a time to find the last line feed. */
const CHUNK = 65_536;
const LINE_FEED = 0x0a;

/** A file to which whole lines are appended, durably. */
export class LineFile {
  readonly #file: FileHandle;
  #size: number;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /**
   * Opens the file, creates it if it is missing, and removes a torn last line, which was never acknowledged.
   *
   * @param most removes everything behind this many bytes as well
   */
  static async open(path: string, modes: Modes, most = Number.POSITIVE_INFINITY): Promise<LineFile> {
    const file = await openToAppend(path, modes);
    try {
      const { size: before } = await file.stat();
      const size = await endOfLines(file, Math.min(before, most));
      await cutBack(file, size);
      // A new file is durable only once its folder is.
      if (before === 0) await syncFolder(dirname(path));
      return new LineFile(file, size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The number of bytes, all of them whole lines. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when the lines are durable. What a failure left of them is removed. */
  async append(lines: string | Uint8Array): Promise<void> {
    const bytes = typeof lines === "string" ? Buffer.from(lines) : lines;
    if (bytes.length === 0) return;
    try {
      await this.#file.appendFile(bytes);
      await this.#file.sync();
    } catch (error) {
      await cutBack(this.#file, this.#size).catch(() => {});
      throw error;
    }
    this.#size += bytes.length;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Appends lines to a file that is not kept open: it may be rotated or deleted in between. */
export async function appendLines(path: string, lines: string, modes: Modes): Promise<number> {
  const file = await LineFile.open(path, modes);
  try {
    await file.append(lines);
    return file.size;
  } finally {
    await file.close();
  }
}

/** The size of a file without its torn last line. */
export async function endOfLines(file: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(Math.min(CHUNK, size));
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    const feed = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (feed !== -1) return start + feed + 1;
    end = start;
  }
  return 0;
}

/** Removes a torn last line from a file. */
export async function repairLastLine(path: string, modes: Modes): Promise<void> {
  const file = await LineFile.open(path, modes);
  await file.close();
}
