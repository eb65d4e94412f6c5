export { KonnectError, type KonnectErrorCode } from "../errors.js";
export { type CefRecord, type ParseCefOptions, parseCef } from "./cef.js";
export { CefSyntaxError, type CefSyntaxReason } from "./cef-error.js";
export type { RecordSource } from "./chunks.js";
export type {
  AccessEvent,
  AuditEvent,
  AuditEventBase,
  AuthenticationEvent,
  AuthorizationEvent,
  DuplicateField,
  EventFormat,
  UnknownEvent,
} from "./event.js";
export { formatCef, type WritableCefRecord } from "./format.js";
export { type ParsedAuditRecord, parseAuditRecord, safeParseAuditRecord } from "./parse.js";
export { fromPulledRecord } from "./pulled.js";
export { type ReadOptions, type ReadRecord, readAuditRecords } from "./read.js";
export { RecordSyntaxError, type RecordSyntaxReason } from "./record-error.js";
export {
  createFailureCounter,
  detectSignals,
  type FailureBurst,
  type FailureCounterOptions,
  type Signal,
  type SignalName,
  type SignalSeverity,
} from "./signals.js";
