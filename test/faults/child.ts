/**
 * The receiver that is killed. Loaded ahead, it waits for the word where to listen: so a restart takes milliseconds. Its sink
 * fails, hangs and fills as its seed has it.
 */
import { appendFile, type FileHandle } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { FileSink } from "../../examples/file-sink.js";
import { openJetStreamSink } from "../../examples/jetstream-sink.js";
import { createReceiver } from "../../src/receiver/index.js";
import { createVerifier } from "../../src/signature/index.js";
import { Random } from "../../src/testing/random.js";

/** What the harness says. */
export interface Start {
  sink: "files" | "early" | "jetstream";
  folder: string;
  /** The NATS server of the sink jetstream. */
  nats?: string;
  port: number;
  authorization: string;
  jwks: string;
  seed: string;
}

process.once("message", async ({ sink, folder, nats, port, authorization, jwks, seed }: Start) => {
  const random = new Random(seed);
  const stream = nats === undefined ? undefined : await openJetStreamSink({ servers: nats, timeoutMs: 300 });
  // Only one process can use a folder; receivers that share a stream do not use one.
  const openFiles = () =>
    FileSink.open({
      folder,
      maxFileBytes: 20_000,
      async write(file: FileHandle, bytes: Uint8Array) {
        if (random.next() < 0.08) {
          // A disk that fills in the middle of a batch.
          await file.appendFile(bytes.subarray(0, Math.floor(bytes.length * random.next())));
          throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
        }
        await file.appendFile(bytes);
      },
    });
  const files = stream === undefined ? await openFiles() : undefined;
  const receiver = createReceiver({
    authorization,
    verifier: createVerifier({ keys: jwks }),
    handlerTimeoutMs: 400,
    async onBatch({ records }) {
      const luck = random.next();
      if (luck < 0.05) throw new Error("the sink failed");
      if (luck < 0.08) await new Promise((resolve) => setTimeout(resolve, 600));
      if (stream !== undefined) return stream.append(records);
      if (sink === "files") return files!.append(records);
      // What most receivers do: tell that it arrived, then write.
      setTimeout(() => void files!.append(records).catch(() => {}), 5);
    },
    logger: { warn: (message) => process.env.DEBUG && console.error(message) },
    onRejected: async ({ reason }) => appendFile(join(folder, "rejected"), `${reason}\n`),
  });
  createServer(receiver.handler).listen(port, "127.0.0.1", () => process.send?.("listening"));
});
process.send?.("ready");
process.on("disconnect", () => process.exit());
