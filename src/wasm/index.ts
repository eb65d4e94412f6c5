export type { VerifyEngine } from "../signature/engine.js";
export { type WasmEngineOptions, wasmEngine } from "./wasm-engine.js";
