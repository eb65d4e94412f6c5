export { KonnectError, type KonnectErrorCode } from "../errors.js";
export type { VerifyEngine } from "./engine.js";
export { type ExtractedSignature, extractSignature, type RecordFormat } from "./extract-signature.js";
export type { JsonWebKeyLike, KeySet } from "./jwks.js";
export type { Verification } from "./verification.js";
export { createVerifier, type Verifier, type VerifierOptions } from "./verify.js";
export type { VerifiedLine, VerifyAllOptions } from "./verify-all.js";
