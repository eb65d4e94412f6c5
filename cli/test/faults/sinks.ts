import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { startNats } from "../../../test/support/nats.js";
import { STREAM } from "../../src/jetstream/streams.js";
import type { Random } from "../support/random.js";
import { stored } from "../support/segments.js";

/** `early` is a folder on a disk that acknowledges before it writes. */
export type SinkKind = "files" | "early" | "jetstream";

/** A sink that is put to the proof: where it keeps records, what else goes wrong with it, and what it has in the end. */
export interface SinkUnderTest {
  /** The options of `listen`. */
  args: string[];
  /** How many receivers are at work at once. */
  receivers: number;
  /** Goes wrong beside the receivers, once. */
  disturb(random: Random): Promise<void>;
  lines(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openSink(kind: SinkKind): Promise<SinkUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "faults-"));
  const removeFolder = () => rmSync(folder, { recursive: true });
  if (kind !== "jetstream")
    return {
      args: ["--folder", folder, "--segment-bytes", "20000", "--compress"],
      receivers: 1,
      async disturb() {},
      async lines() {
        const text = stored(folder);
        // A record that the last kill cut was never acknowledged, and the next start repairs the file.
        return text
          .slice(0, text.lastIndexOf("\n") + 1)
          .split("\n")
          .slice(0, -1);
      },
      async close() {
        removeFolder();
      },
    };
  const nats = await startNats();
  return {
    args: ["--jetstream", nats.url, "--state", folder],
    receivers: 2,
    async disturb(random) {
      await new Promise((resolve) => setTimeout(resolve, 100 + random.next() * 400));
      await nats.kill();
      await new Promise((resolve) => setTimeout(resolve, random.next() * 150));
      await nats.start();
    },
    async lines() {
      const connection = await connect({ servers: nats.url });
      const manager = await jetstreamManager(connection);
      const { state } = await manager.streams.info(STREAM);
      const lines: string[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
        const message = await manager.streams.getMessage(STREAM, { seq });
        if (message) lines.push(message.string());
      }
      await connection.close();
      return lines;
    },
    async close() {
      await nats.close();
      removeFolder();
    },
  };
}
