export { KonnectError, type KonnectErrorCode } from "../errors.js";
export type { JsonWebKey, JsonWebKeySet } from "../shared/json-web-key.js";
export type { VerifyEngine } from "./engine.js";
export { type ExtractedSignature, extractSignature, type RecordFormat } from "./extract-signature.js";
export type { Verification } from "./verification.js";
export { createVerifier, type Verifier, type VerifierOptions } from "./verify.js";
export type { VerifiedLine, VerifyAllOptions } from "./verify-all.js";
