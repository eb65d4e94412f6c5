export * from "./client/index.js";
export * from "./records/index.js";
export { auditEventSchema } from "./records/schema.js";
export * from "./signature/index.js";
