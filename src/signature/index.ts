export { KonnectError, type KonnectErrorCode } from "../errors.js";
export { type ExtractedSignature, extractSignature, type RecordFormat } from "./extract.js";
