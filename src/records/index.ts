export { KonnectError, type KonnectErrorCode } from "../errors.js";
export { type CefRecord, type ParseCefOptions, parseCef } from "./cef.js";
export { CefSyntaxError, type CefSyntaxReason } from "./cef-error.js";
export { formatCef, type WritableCefRecord } from "./format.js";
