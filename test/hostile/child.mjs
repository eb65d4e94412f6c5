// The receiver under attack, as it is shipped, with limits that a small machine would have.
import { createServer } from "node:http";
import { createReceiver } from "../../dist/receiver/index.js";

const receiver = createReceiver({
  authorization: "Bearer good",
  maxConcurrent: 8,
  maxBodyBytes: 2 * 2 ** 20,
  maxInflatedBytes: 16 * 2 ** 20,
  bodyTimeoutMs: 300,
  logger: false,
  // Both look at every event: of what a body costs, this is the most.
  filter: (event) => event.type !== "unknown",
  onBatch: async ({ records }) => {
    if (records.every(({ event }) => event === undefined)) throw new Error("this batch holds no record");
  },
});
const server = createServer(receiver.handler);
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("message", () => process.send(receiver.stats()));
process.on("disconnect", () => process.exit());
