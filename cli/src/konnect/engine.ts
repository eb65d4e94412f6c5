import type { VerifyEngine } from "konnect-audit-logs/signature";
import type { EngineName } from "../options/engine.js";
import type { Log } from "../output/log.js";

/** The engine for a verifier. Warns if it cannot run here. */
export async function engineOf(name: EngineName, log: Log): Promise<VerifyEngine | undefined> {
  if (name === "runtime") return undefined;
  const { wasmEngine } = await import("konnect-audit-logs/wasm");
  return wasmEngine({
    onInactive: (reason) => log.warn(`the WebAssembly engine is not active, the runtime verifies: ${reason}`),
  });
}
