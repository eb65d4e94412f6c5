import { constants, gunzipSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { readAuditRecordBatches } from "../../../src/records/index.js";
import { auditRecords } from "../../../src/testing/index.js";

it("a cut gzip file gives every record before the cut, also to a slow reader", async () => {
  const cut = gzipSync([...auditRecords(4_000, { seed: "cut" })].join("\n")).subarray(0, -1_000);
  const whole = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH }).toString().split("\n").length - 1;
  let records = 0;
  const reading = (async () => {
    for await (const batch of readAuditRecordBatches(cut)) {
      records += batch.length;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: "invalid_input" });
  expect(records).toBeGreaterThanOrEqual(whole);
});
