export { KonnectError, type KonnectErrorCode } from "../errors.js";
export {
  type ExtractedSignature,
  extractSignature,
  type RecordFormat,
} from "../records/signed/extract-signature.js";
export { type ApiErrorInit, type InvalidParameter, KonnectApiError } from "../shared/api-error.js";
export type { JsonWebKey, JsonWebKeySet } from "../shared/json-web-key.js";
export { REGIONS, type Region, signingKeysUrl } from "../shared/regions.js";
export type { VerifyEngine } from "./engine.js";
export type { FetchedKeys, KeysFrom, VerifierOptions } from "./options.js";
export type { Verification } from "./verification.js";
export { createVerifier, type Verifier } from "./verify.js";
export type { VerifiedRecord, VerifyAllOptions } from "./verify-all.js";
