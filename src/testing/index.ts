export type { JsonWebKey } from "../shared/json-web-key.js";
export {
  type AuditRecordFields,
  type AuditRecordOptions,
  type AuditRecordsOptions,
  auditRecord,
  auditRecords,
  type RecordMix,
} from "./audit-record.js";
export type { Delivered } from "./konnect/delivery.js";
export type { Fault } from "./konnect/faults.js";
export { startKonnect } from "./konnect/server.js";
export type { KonnectServer, StartKonnectOptions } from "./konnect/start-options.js";
export { samples } from "./samples.js";
export { type AuditSigner, createSigner } from "./signer.js";
export type { FieldValue } from "./write-record.js";
