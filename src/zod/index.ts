import * as z from "zod";

const text = z.string().optional();
const texts = z.record(z.string(), z.string()).readonly();

const common = {
  format: z.enum(["cef", "json", "cps", "pull"]),
  raw: z.string(),
  vendor: text,
  product: text,
  version: text,
  cef_version: text,
  event_class_id: text,
  name: z.string(),
  severity: z.union([z.number(), z.string()]).optional(),
  timestamp: text,
  time: z.date().optional(),
  rt: z.number().optional(),
  src: text,
  org_id: text,
  principal_id: text,
  principal_name: text,
  actor_id: text,
  portal_id: text,
  kong_initiated: z.boolean().optional(),
  trace_id: text,
  user_agent: text,
  sig: text,
  extra: texts,
  duplicates: z.array(z.object({ key: z.string(), field: z.string() })).readonly(),
  malformed: texts,
};

/**
 * A zod schema of the events of `parseAuditRecord`, to validate events that were stored or sent, or to derive types. JSON
 * turns `time` into text, so make a Date of it first.
 *
 * @example
 * ```ts
 * const event = auditEventSchema.parse({ ...stored, time: stored.time && new Date(stored.time) });
 * ```
 */
export const auditEventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("authentication"),
    ...common,
    request: text,
    success: z.boolean().optional(),
    authentication_type: text,
    outcome: z.string(),
  }),
  z.object({
    type: z.literal("authorization"),
    ...common,
    action: text,
    granted: z.boolean().optional(),
    resource: z.string(),
  }),
  z.object({
    type: z.literal("access"),
    ...common,
    request: text,
    act: text,
    status: z.number().optional(),
    query: text,
  }),
  z.object({ type: z.literal("unknown"), ...common }),
]);
