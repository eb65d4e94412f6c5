import type { VerifyEngine } from "konnect-audit-logs/signature";
import { wasmEngine } from "konnect-audit-logs/wasm";
import type { EngineName } from "../options/engine.js";
import type { Log } from "../output/log.js";

/** The engine for a verifier. Warns if it cannot run here. */
export function engineOf(name: EngineName, log: Log): VerifyEngine | undefined {
  if (name === "runtime") return undefined;
  return wasmEngine({
    onInactive: (reason) => log.warn(`the WebAssembly engine is not active, the runtime verifies: ${reason}`),
  });
}
