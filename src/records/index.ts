export { KonnectError, type KonnectErrorCode } from "../errors.js";
export { CefSyntaxError, type CefSyntaxReason } from "./cef/error.js";
export { formatCef, type WritableCefRecord } from "./cef/format.js";
export type { CefHeader } from "./cef/header.js";
export { type CefRecord, type ParseCefOptions, parseCef } from "./cef/parse.js";
export { fromPulledRecord } from "./event/from-pulled.js";
export type {
  AccessEvent,
  AuditEvent,
  AuditEventBase,
  AuthenticationEvent,
  AuthorizationEvent,
  DuplicateField,
  EventFormat,
  UnknownEvent,
} from "./event/types.js";
export { mayBeInjected } from "./may-be-injected.js";
export { type ParsedAuditRecord, parseAuditRecord, safeParseAuditRecord } from "./parse-audit-record.js";
export type { RecordSource } from "./read/chunks.js";
export {
  type ReadBatchesOptions,
  type ReadOptions,
  type ReadRecord,
  type RecordPlace,
  readAuditRecordBatches,
  readAuditRecords,
} from "./read/read-audit-records.js";
export { RecordSyntaxError, type RecordSyntaxReason } from "./record-error.js";
export { recordId } from "./record-id.js";
export {
  type AlertSignal,
  createFailureCounter,
  detectSignals,
  type FailureBurst,
  type FailureCounterOptions,
  SIGNAL_NAMES,
  type SignalName,
  type SignalSeverity,
} from "./signals.js";
