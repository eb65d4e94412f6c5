export { type AnyKonnectError, isKonnectError, type PlainKonnectError } from "./any-konnect-error.js";
export * from "./client/index.js";
export * from "./records/index.js";
export * from "./signature/index.js";
export * from "./workflows/index.js";
