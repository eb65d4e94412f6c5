import * as z from "zod/mini";

const text = z.string().check(z.minLength(1));
const aFunction = z.optional(z.custom<never>((value) => typeof value === "function", "must be a function"));

/** The options of `startKonnect`. */
export const startOptions = z.strictObject({
  port: z.optional(z.int().check(z.minimum(0), z.maximum(65_535))),
  token: z.optional(text),
  controlPlanes: z.optional(z.array(text)),
  portals: z.optional(z.array(text)),
  uniqueNames: z.optional(z.boolean()),
  unconfiguredWebhook: z.optional(z.enum(["empty", "not_found"])),
  accessRecordsOfReads: z.optional(z.boolean()),
  contentEncoding: z.optional(z.enum(["gzip", "application/gzip"])),
  traceId: z.optional(z.enum(["hex", "decimal"])),
  now: aFunction,
  sendsDate: z.optional(z.boolean()),
  readableAfterMs: aFunction,
  retentionMs: z.optional(z.number().check(z.minimum(0))),
  sparsePulledRecords: z.optional(z.boolean()),
  onDelivery: aFunction,
  timeScale: z.optional(z.number().check(z.minimum(0))),
});
