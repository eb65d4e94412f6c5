// A server of pulled audit records in a process of its own: pages by cursor, newest first, like Konnect.
import { createServer } from "node:http";

const [, , countText, spanText] = process.argv;
const [count, span] = [Number(countText), Number(spanText)];
const end = Date.now() - 60_000;
const at = (i) => end - Math.floor((i * span) / count);
const hex = (i, length) => (i * 2_654_435_761).toString(16).padStart(length, "0").slice(-length);
const records = Array.from({ length: count }, (_, i) =>
  JSON.stringify({
    type: "authorization",
    ts: new Date(at(i)).toISOString(),
    client_ip: `192.0.2.${i % 250}`,
    org_id: "1fa2e2a4-1a86-4d0c-9c5a-0f4a3d6b2c11",
    principal_id: `9d4f0e4e-6f7d-4f5b-8a53-${hex(i % 40, 12)}`,
    user_agent:
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0",
    trace_id: hex(i, 32),
    signature: hex(i, 86),
    service: "konnect",
    resource: "control-planes",
    action: "list",
    granted: true,
  }),
);

createServer((request, response) => {
  const { pathname, searchParams: query } = new URL(request.url, "http://bench");
  response.setHeader("content-type", "application/json");
  if (pathname !== "/v3/audit-logs") return response.end('{"keys":[]}');
  const from = Date.parse(query.get("filter[ts][gte]") ?? "1970-01-01");
  const to = Date.parse(query.get("filter[ts][lte]") ?? "9999-01-01");
  const size = Number(query.get("page[size]") ?? 20);
  // The first record that is not after `to`.
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) > to) low = middle + 1;
    else high = middle;
  }
  const start = Number(query.get("page[after]") ?? low);
  let stop = Math.min(start + size, count);
  while (stop > start && at(stop - 1) < from) stop--;
  const more = stop < count && stop === start + size && at(stop) >= from;
  const next = more ? `"/v3/audit-logs?page%5Bafter%5D=${stop}"` : "null";
  response.end(
    `{"data":[${records.slice(start, stop).join()}],"meta":{"page":{"next":${next},"previous":null,"size":${size}}}}`,
  );
}).listen(0, "127.0.0.1", function () {
  process.send({
    port: this.address().port,
    oldest: new Date(end - span - 1_000).toISOString(),
    newest: new Date(end).toISOString(),
  });
});
process.on("disconnect", () => process.exit());
