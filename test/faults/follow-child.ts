import { type FollowCheckpoint, followAuditLogs, KonnectClient } from "../../src/index.js";

const [, , baseUrl = "", token = "", begin = ""] = process.argv;
const since = new Date(Number(begin) - 1_000);
const until = new Date(Number(begin) + 23.5 * 3_600_000);
let count = 0;
let size = 0;
const onCheckpoint = (checkpoint: FollowCheckpoint) => {
  size = Math.max(size, Object.keys(checkpoint.seen).length);
};
for await (const log of followAuditLogs(new KonnectClient({ baseUrl, token }), {
  since,
  until,
  onCheckpoint,
}))
  if (log.type !== "unknown") count++;
process.send?.({ peak: process.resourceUsage().maxRSS / 1024, count, size }, () => process.exit());
