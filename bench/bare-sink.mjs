// The least that a receiver with files does: inflates a batch, appends it, syncs it. Prints its port.
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const unzip = promisify(gunzip);
const file = await open(process.argv[2], "a");
let last = Promise.resolve();
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = await unzip(Buffer.concat(chunks));
  last = last.then(async () => {
    await file.appendFile(text);
    await file.sync();
  });
  await last;
  response.writeHead(204).end();
});
server.listen(0, "127.0.0.1", () =>
  process.stderr.write(`listening on http://127.0.0.1:${server.address().port}\n`),
);
