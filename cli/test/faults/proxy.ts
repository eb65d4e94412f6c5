import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Random } from "../support/random.js";

/** A bad network between Konnect and the receiver: resets bodies and answers, and delivers some requests twice, later. */
export async function startProxy(target: () => number, random: Random) {
  const open = new Set<Socket>();
  const late = new Set<Promise<void>>();
  const track = (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    return socket;
  };
  const server = createServer((incoming) => {
    track(incoming);
    const outgoing = track(connect(target(), "127.0.0.1"));
    const luck = random.next();
    const cutRequestAt = luck < 0.06 ? Math.floor(random.next() * 1500) : Number.POSITIVE_INFINITY;
    const losesAnswer = luck >= 0.06 && luck < 0.12;
    const repeats = luck >= 0.12 && luck < 0.2;
    const request: Buffer[] = [];
    let size = 0;
    const reset = () => {
      incoming.resetAndDestroy();
      outgoing.resetAndDestroy();
    };
    incoming.on("data", (chunk: Buffer) => {
      request.push(chunk);
      size += chunk.length;
      if (size > cutRequestAt) {
        outgoing.write(chunk.subarray(0, Math.floor(chunk.length / 2)), reset);
        return;
      }
      outgoing.write(chunk);
    });
    outgoing.on("data", (chunk) => (losesAnswer ? reset() : incoming.write(chunk)));
    outgoing.on("close", () => incoming.end());
    incoming.on("close", () => {
      outgoing.destroy();
      if (repeats) late.add(again(Buffer.concat(request), Math.floor(random.next() * 30)));
    });
  });
  async function again(request: Buffer, delay: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, delay));
    const socket = track(connect(target(), "127.0.0.1"));
    socket.end(request);
    socket.resume();
    socket.setTimeout(300, () => socket.destroy());
    await new Promise((resolve) => socket.once("close", resolve));
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs`,
    async close() {
      await Promise.all(late);
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
