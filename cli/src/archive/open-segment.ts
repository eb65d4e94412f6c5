import { lstatSync } from "node:fs";
import { type FileHandle, unlink } from "node:fs/promises";
import { join } from "node:path";
import { createFile, cutBack, type Modes, syncFolder } from "./files.js";
import { segmentName } from "./segments.js";

/** Writes bytes to the end of a file; tests make it fail. */
export type Write = (file: FileHandle, bytes: Uint8Array) => Promise<void>;

/** The segment that a writer appends to. Only the process that created it writes to it. */
export class OpenSegment {
  readonly path: string;
  readonly number: number;
  readonly #file: FileHandle;
  readonly #write: Write;
  readonly #inode: bigint;
  readonly #device: bigint;
  /** The number of acknowledged bytes. */
  #size = 0;
  #isSpoiled = false;

  private constructor(
    file: FileHandle,
    {
      path,
      number,
      write,
      ino,
      dev,
    }: { path: string; number: number; write: Write; ino: bigint; dev: bigint },
  ) {
    this.#file = file;
    this.path = path;
    this.number = number;
    this.#write = write;
    this.#inode = ino;
    this.#device = dev;
  }

  /** Undefined if that name is taken, be it by a symbolic link. */
  static async create(
    folder: string,
    number: number,
    {
      now,
      modes,
      write = (file, bytes) => file.appendFile(bytes),
    }: { now: Date; modes: Modes; write?: Write | undefined },
  ): Promise<OpenSegment | undefined> {
    const path = join(folder, segmentName(number, now));
    const file = await createFile(path, modes).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    try {
      // A new file is durable only once its folder is.
      await syncFolder(folder);
      const { ino, dev } = await file.stat({ bigint: true });
      return new OpenSegment(file, { path, number, write, ino, dev });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Whether nothing more may be appended, because a failure left something in it or under it. */
  get isSpoiled(): boolean {
    return this.#isSpoiled;
  }

  /**
   * Appends lines. They are durable, and in the file of this name, if it resolves with undefined.
   *
   * @returns what somebody else did to the file: then the lines belong into another segment
   * @throws whatever writing throws; what it left is removed
   */
  async append(lines: Uint8Array): Promise<string | undefined> {
    let isWritten = false;
    try {
      await this.#write(this.#file, lines);
      isWritten = true;
      await this.#file.sync();
    } catch (error) {
      // After a failed fsync, the next one may succeed without having written anything.
      this.#isSpoiled = isWritten;
      await this.#removeUnacknowledged(lines.length).catch(() => {
        this.#isSpoiled = true;
      });
      throw error;
    }
    const problem = this.#problem(this.#size + lines.length);
    if (problem === undefined) this.#size += lines.length;
    else await this.#takeBack(lines).catch(() => {});
    return problem;
  }

  /**
   * Closes the file, and removes one that nothing was acknowledged in.
   *
   * @returns what somebody did to the file since the last append
   */
  async close(): Promise<string | undefined> {
    await this.#file.close();
    const problem = this.#problem(this.#size);
    if (problem === undefined && this.#size === 0) await unlink(this.path);
    return problem;
  }

  /** What somebody did to the file. Undefined if this is still the file of its name, with these bytes. */
  #problem(size: number): string | undefined {
    // Synchronous for the same reason as the lease: it runs for each batch.
    const found = lstatSync(this.path, { throwIfNoEntry: false });
    if (found === undefined) return "was deleted or renamed while it was written";
    if (BigInt(found.ino) !== this.#inode || BigInt(found.dev) !== this.#device)
      return "was replaced by another file while it was written";
    if (found.size < size) return "was shortened by another program while it was written";
    return found.size > size ? "was appended to by another program" : undefined;
  }

  /** Removes what a failed append left. Nothing that was acknowledged, and nothing that another wrote. */
  async #removeUnacknowledged(most: number): Promise<void> {
    const { size } = await this.#file.stat();
    if (size - this.#size <= most) await cutBack(this.#file, this.#size);
    if (size < this.#size || size - this.#size > most) this.#isSpoiled = true;
  }

  /** Removes these lines from the end of the file, if they are there: they go to another segment. */
  async #takeBack(lines: Uint8Array): Promise<void> {
    const { size } = await this.#file.stat();
    if (size < lines.length) return;
    const end = Buffer.alloc(lines.length);
    await this.#file.read(end, 0, end.length, size - end.length);
    if (end.equals(lines)) await cutBack(this.#file, size - end.length);
  }
}
