import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a connection must stay open after a message, for it to count as taken, in ms. */
const SETTLE = 5_000;
/** How long the peer may take for a piece, or for its end, in ms. */
const STALLED = 60_000;
/** The bytes that are written at a time. */
const PIECE = 64 * 1024;

/** A connection to a syslog server. Whatever goes wrong with it, everything that is not settled must be sent again. */
export class SyslogConnection {
  readonly #socket: Socket;
  readonly #settleMs: number;
  /** Aborted when the connection is no longer whole. */
  readonly #broken = new AbortController();

  constructor(socket: Socket, settleMs = SETTLE) {
    this.#socket = socket;
    this.#settleMs = settleMs;
    socket.setKeepAlive(true, 10_000);
    const breakOff = (why: Error) => this.#broken.abort(why);
    socket.on("error", breakOff);
    socket.on("end", () => breakOff(new Error("the server closed the connection")));
    socket.on("close", () => breakOff(new Error("the connection was closed")));
    // A server that answers is not understood, but its end must be seen.
    socket.resume();
  }

  /** Whether it must not be used any more. */
  get isBroken(): boolean {
    return this.#broken.signal.aborted;
  }

  /** Writes messages. Resolves once the connection was open for some seconds after the last one. */
  async write(messages: readonly Uint8Array[]): Promise<void> {
    let piece: Uint8Array[] = [];
    let size = 0;
    for (const [i, message] of messages.entries()) {
      // Octet counting (RFC 6587, 3.4.1).
      const counted = Buffer.concat([Buffer.from(`${message.length} `), message]);
      piece.push(counted);
      size += counted.length;
      if (size < PIECE && i < messages.length - 1) continue;
      await this.#writePiece(Buffer.concat(piece));
      piece = [];
      size = 0;
    }
    await sleep(this.#settleMs, undefined, { signal: this.#broken.signal }).catch(() => {});
    this.#broken.signal.throwIfAborted();
  }

  /** Half-closes, and waits until the server has closed too: it has read everything then. */
  async end(): Promise<void> {
    const { signal } = this.#broken;
    if (signal.aborted) return void this.#socket.destroy();
    const closed = once(this.#socket, "close", { signal: AbortSignal.timeout(STALLED) });
    this.#socket.end();
    await closed.catch(() => {});
    this.#socket.destroy();
  }

  async #writePiece(piece: Buffer): Promise<void> {
    const { signal } = this.#broken;
    signal.throwIfAborted();
    if (this.#socket.write(piece)) return;
    const stalled = AbortSignal.timeout(STALLED);
    const either = AbortSignal.any([signal, stalled]);
    await once(this.#socket, "drain", { signal: either }).catch(() => {
      if (stalled.aborted && !signal.aborted)
        this.#socket.destroy(new Error(`the server has read nothing for ${STALLED / 1_000} s`));
    });
    if (either.aborted) {
      // The socket tells why.
      if (!signal.aborted) await once(signal, "abort");
      throw signal.reason;
    }
  }
}
