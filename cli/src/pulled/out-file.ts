import { open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Modes, makeFolder, openToAppend, statIfAny } from "../archive/files.js";
import { Lease } from "../archive/lease.js";
import { LineFile } from "../archive/line-file.js";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import type { Origin } from "./origin.js";
import { saveState } from "./state.js";

/** What is stored beside a file of pulled records. */
export interface OutFileState extends Origin {
  /** The number of valid bytes in the file. The state does not cover the rest. */
  size: number;
}

/** Where a file of pulled records and its state are. */
export interface OutFileOptions {
  out: string;
  /** The folder of the state. Default: that of the file. */
  state?: string | undefined;
  /** Allows a file that has content and no state. */
  append?: true | undefined;
  modes: Modes;
}

/**
 * A file of pulled records that a later run continues: `FILE` and `FILE.checkpoint`, under a lease. First the records, then the
 * state that covers them: after a kill between the two, the records are removed, and pulled again.
 */
export class OutFile<State extends OutFileState> {
  readonly #lease: Lease;
  readonly #path: string;
  readonly #modes: Modes;
  #file: LineFile | undefined;

  private constructor(lease: Lease, path: string, modes: Modes) {
    this.#lease = lease;
    this.#path = path;
    this.#modes = modes;
  }

  /**
   * Takes the lease, and reads the state.
   *
   * @throws ExitError 2 for a file that does not fit its state
   */
  static async open<State extends OutFileState>(
    { out, state: folder = dirname(out), append, modes }: OutFileOptions,
    load: (path: string) => Promise<State | undefined>,
    context: Context,
  ): Promise<{ file: OutFile<State>; state: State | undefined; size: number }> {
    await makeFolder(folder, modes);
    // Beside the file, wherever the state is: it keeps two writers from one file.
    const lease = await Lease.take(`${out}.lease`, context, modes);
    try {
      const path = join(folder, `${basename(out)}.checkpoint`);
      const state = await load(path);
      const size = (await statIfAny(out))?.size ?? 0;
      if (state === undefined && size > 0) {
        if (!append)
          throw new ExitError(
            2,
            `${out} has content, and ${path} is missing: restore it, use another file, or give --append to append to the file`,
          );
        await endLastLine(out, modes);
      }
      if (state !== undefined && size < state.size)
        throw new ExitError(
          2,
          `${out} is shorter than ${path} says: restore the file, or delete both and pull again`,
        );
      return { file: new OutFile(lease, path, modes), state, size: (await statIfAny(out))?.size ?? 0 };
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  /** Begins to write behind the bytes that the state covers. */
  async begin(out: string, state: State): Promise<void> {
    this.#file = await LineFile.open(out, this.#modes, state.size);
    state.size = this.#file.size;
    await saveState(this.#path, state, this.#modes);
  }

  /** Appends lines, and then saves the state that covers them. */
  async append(lines: readonly string[], state: State): Promise<void> {
    this.#lease.check();
    if (lines.length > 0) await this.#file!.append(lines.join(""));
    state.size = this.#file!.size;
    await saveState(this.#path, state, this.#modes);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    await this.#lease.release();
  }
}

/** Lets what is appended to a foreign file begin a line. */
async function endLastLine(path: string, modes: Modes): Promise<void> {
  const { size } = await stat(path);
  const reader = await open(path, "r");
  const last = Buffer.alloc(1);
  await reader.read(last, 0, 1, size - 1).finally(() => reader.close());
  if (last[0] === 0x0a) return;
  const file = await openToAppend(path, modes);
  await file.appendFile("\n").finally(() => file.close());
}
