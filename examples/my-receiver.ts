import { createReceiver } from "konnect-audit-logs/receiver";

/** The receiver that the examples mount. Yours must make each record durable before `onBatch` resolves. */
export const receiver = createReceiver({
  authorization: process.env.SIEM_TOKEN ?? "Bearer change-me",
  onBatch({ id, records }) {
    for (const record of records) console.log(record.id, record.event?.name ?? record.error?.reason);
    console.log(`batch ${id}: ${records.length} records`);
  },
  onRejected: ({ reason, problem }) => console.error(`rejected, ${reason}: ${problem}`),
});
