// A receiver with its default limits, except for the one that is measured, and with a filter.
import { createServer } from "node:http";
import { createReceiver } from "../dist/receiver/index.js";

const receiver = createReceiver({
  authorization: "x",
  maxConcurrent: Number(process.argv[2]),
  filter: () => true,
  onBatch: async ({ records }) => {
    if (process.argv[3] === "events") for (const { event } of records) void event;
    // Held until all batches are here, so that their memory adds up.
    if (records.length > 0) await new Promise((resolve) => setTimeout(resolve, 4_000));
  },
});
const server = createServer(receiver.handler);
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
