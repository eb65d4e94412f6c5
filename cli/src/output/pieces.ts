import { once } from "node:events";
import type { OutputStream } from "./style.js";

/** Bytes to gather before a write: a write for each line takes six times as long. */
const PIECE = 64 * 1024;

/** Writes text in large pieces, but leaves nothing waiting when the command waits. */
export class PieceWriter {
  #pending: (string | Uint8Array)[] = [];
  #size = 0;
  #timer: NodeJS.Immediate | undefined;

  constructor(readonly stream: OutputStream) {}

  /** Resolves when more may be written. Returns undefined where there is nothing to wait for. */
  write(text: string | Uint8Array): Promise<void> | undefined {
    this.#pending.push(text);
    this.#size += text.length;
    if (this.#size >= PIECE) return this.flush();
    this.#timer ??= setImmediate(() => void this.flush());
    return undefined;
  }

  /** Hands everything to the stream. Resolves when it can take more. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) clearImmediate(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const pieces = this.#pending;
    this.#pending = [];
    this.#size = 0;
    const isText = pieces.every((piece) => typeof piece === "string");
    const piece = isText ? pieces.join("") : Buffer.concat(pieces.map((one) => Buffer.from(one as string)));
    if (!this.stream.write(piece)) await once(this.stream, "drain");
  }
}
